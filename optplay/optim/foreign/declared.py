"""A class of PyTorch's kind, declared as every other optimizer is."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import inf
from typing import Any

from optplay.errors import InputError, show, within
from optplay.gate import line
from optplay.optim import OPTIMIZERS, WRAPPERS
from optplay.optim.declaration import Hyperparameter, Optimizer, Slot
from optplay.optim.foreign import wire
from optplay.optim.foreign.children import RefusedError, ask
from optplay.optim.foreign.refusing import refusal
from optplay.optim.foreign.stepping import Stepping
from optplay.optim.hyperparameters import lr
from optplay.optim.slots import Shape

NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
LONGEST = 200
# In lists they come after all that have a year.
YEAR = 9999
DECAY = "weight_decay"
#: Names that mean something else in a run: an argument called so has an underscore behind it.
TAKEN = {
    "label", "optimizer", "hyperparameters", "problem", "fork", "warmup", "warmup_steps",
    "warmup_start", "decay", "decay_knobs", "decay_biases", "decay_by_lr", "clip", "l2", "wrappers",
    "epochs", "seed", *WRAPPERS,
}  # fmt: skip


@cache
def find(name: str) -> Optimizer:
    """The declaration of the class that `package.module:Class` names; a child imports it.

    Its arguments with numbers or switches as defaults are its hyperparameters, `lr` first. One with
    several numbers is a knob for each, `betas_1` and `betas_2`, and `betas = [0.9, 0.99]` sets
    both. Its `weight_decay` is the run's. All other arguments keep their defaults.

    Raises:
        InputError: no such package or class, or one that optplay can't step.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise InputError(f"optimizer: found {show(name)}, allowed: package.module:Class")
    module, _, kind = name.partition(":")
    with within(name):
        # To import some of them does something, as to open a window; a preset may be anybody's.
        if (package := module.partition(".")[0]) in sys.stdlib_module_names:
            raise InputError(f"{package} is of Python itself, allowed: a package with optimizers")
        try:
            told = ask(wire.DESCRIBE, module=module, name=kind)
        except RefusedError as refused:
            raise refusal(module, refused.told) from None
        return _declared(name, told)


def _declared(name: str, told: Mapping[str, Any]) -> Optimizer:
    kind, package, text = (line(str(told[key])) for key in ("title", "package", "text"))
    # Beside a rule of ours of that title, it is told by its whole name.
    ours = {rule.title.casefold() for rule in OPTIMIZERS.values()}
    title = name if kind.casefold() in ours else kind
    arguments: Mapping[str, Any] = told["arguments"]
    knobs = _knobs(arguments)
    defaults = dict(_flat(knobs, arguments))
    first = defaults.pop("lr")
    usable = isinstance(first, int | float) and 0 < first <= lr(0).high
    rest = [
        Hyperparameter(
            each, default if isinstance(default, bool) else float(default),
            f"an argument of {kind}, {default} unless set", -inf, inf, True, True,
        )
        for each, default in defaults.items()
    ]  # fmt: skip
    return Optimizer(
        name=name,
        title=title,
        summary=text or f"{kind} of {package}.",
        paper=f"the package {package}",
        year=YEAR,
        hyperparameters=(lr(float(first) if usable else 1e-3), *rest),
        slots=(),
        step=_not_begun,
        weight_decay=float(arguments.get(DECAY) or 0.0),
        scope="whole",
        compiled=False,
        lists={key: names for key, names in knobs.items() if isinstance(arguments[key], list)},
        decays=DECAY in arguments,
        no_rates="a class of another package does not tell them",
        fit=Fit(name, dict(arguments)),
    )


def _not_begun(*arguments: Any) -> None:
    raise RuntimeError("a foreign rule is stepped by what its begin gives")


def _knobs(arguments: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The hyperparameters that stand for each argument; "" for a place in a list that is none."""
    found: dict[str, tuple[str, ...]] = {"lr": ("lr",)}
    for name, default in arguments.items():
        own = f"{name}_" if name in TAKEN else name
        if isinstance(default, list):
            found[name] = tuple(
                "" if each is None else f"{own}_{place}" for place, each in enumerate(default, 1)
            )
        elif name not in ("lr", DECAY):
            found[name] = (own,)
    return found


def _flat(
    knobs: Mapping[str, Sequence[str]], arguments: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Each hyperparameter with its default."""
    for argument, names in knobs.items():
        value = arguments[argument]
        values = value if isinstance(value, list) else [value]
        yield from ((name, each) for name, each in zip(names, values, strict=True) if name)


@dataclass(frozen=True, eq=False)
class Fit:
    """The `fit` of a foreign rule. arguments: those that it shows, with their defaults."""

    name: str
    arguments: Mapping[str, Any]

    def __call__(
        self, rule: Optimizer, shapes: Sequence[Shape], hyperparameters: Mapping[str, float],
        weight_decay: float,
    ) -> Optimizer:  # fmt: skip
        given, shapes = self.given(hyperparameters, weight_decay), tuple(shapes)
        with within(self.name):
            return self._of_count(rule, shapes, _count(self.name, json.dumps(given), shapes))

    @cache  # noqa: B019 - a rule stays as long as the process
    def _of_count(self, rule: Optimizer, shapes: tuple[Shape, ...], count: int | None) -> Optimizer:
        def begin(hyperparameters: Mapping[str, float], weight_decay: float) -> Stepping:
            return Stepping(self.name, self.given(hyperparameters, weight_decay), shapes, count)

        slot = Slot("state", "one", copies=1 + (count or 0))
        return replace(rule, slots=(slot,), fit=None, begin=begin)

    def given(self, hyperparameters: Mapping[str, float], weight_decay: float) -> dict[str, Any]:
        """What the class is made with."""
        found = dict[str, Any]()
        for argument, names in _knobs(self.arguments).items():
            default = self.arguments[argument]
            if isinstance(default, list):
                pairs = zip(names, default, strict=True)
                values = [_like(old, hyperparameters[n]) if n else None for n, old in pairs]
                found[argument] = values
            else:
                found[argument] = _like(default, hyperparameters[names[0]])
        if DECAY in self.arguments:
            found[DECAY] = weight_decay
        return found


def _like(default: Any, value: float) -> float | int | bool:
    """The value as the class would be given it: a whole number where its default is one."""
    if isinstance(default, bool):
        return bool(value)
    return int(value) if isinstance(default, int) and float(value).is_integer() else float(value)


@lru_cache(maxsize=4096)
def _count(name: str, arguments: str, shapes: tuple[Shape, ...]) -> int | None:
    """How many numbers the state has, see `held.fit`.

    Raises:
        InputError: the class refuses these arguments or shapes, or can't step.
    """
    module, _, kind = name.partition(":")
    try:
        told = ask(
            wire.FIT, module=module, name=kind, arguments=json.loads(arguments), shapes=shapes
        )
    except RefusedError as refused:
        raise refusal(module, refused.told) from None
    count = told["count"]
    return None if count is None else int(count)
