"""How an optimizer and a schedule are declared."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from optplay.arrays import Floats
from optplay.errors import InputError, show, unknown

__all__ = [
    "Curvature",
    "Evaluated",
    "Floats",
    "Hyperparameter",
    "Made",
    "Optimizer",
    "Probe",
    "Schedule",
    "Slot",
    "Stability",
    "Step",
    "Term",
    "Terms",
    "Value",
    "completed",
]

# That a hyperparameter may hold.
MOST_NUMBERS = 20

Step = Callable[..., None]
Probe = Callable[[Floats, Floats, Floats, Floats], None]
Evaluated = Callable[[Floats, Floats, Floats, int, Floats], None]
Term = Floats | float
Stability = Callable[[Mapping[str, float]], float]

# What a rule is given: each parameter for itself, each tensor as a matrix, or all at once.
Scope = Literal["parameter", "tensor", "whole"]
# How large a slot is for a matrix (rows, columns); a vector of n has n rows and one column.
Size = Literal["parameter", "row", "column", "rows", "columns", "one"]


class Made(NamedTuple):
    """A step as it was made, of one tensor or of all parameters; arrays are (n,) or matrices.

    Attributes:
        w: the weights before. g: the gradient as the rule had it.
        before, after: the state before and after the step, by the names of the slots.
        hyper: the hyperparameters by name. corrections: of each 1 - βᵗ.
        lr: the learning rate of this step. t: its number, from 1.
        vector: for a rule of tensors, whether the matrix (n, 1) is a vector.
    """

    w: Floats
    g: Floats
    before: Mapping[str, Floats]
    after: Mapping[str, Floats]
    hyper: Mapping[str, float]
    corrections: Mapping[str, float]
    lr: float
    t: int
    vector: bool = False

    def corrected(self, name: str) -> float:
        """1 - βᵗ, or 1 where bias correction is switched off."""
        return self.corrections[name] if self.hyper.get("bias_correction", True) else 1.0


Terms = Callable[[Made], Mapping[str, Term]]


class Slot(NamedTuple):
    """State that a rule keeps.

    Attributes:
        name: as in the formula.
        size: for a matrix (rows, columns): as large as it is (`parameter`), a number for each
            `row` or `column`, a square of `rows` or of `columns`, or `one` number.
        start: `zero`, or a copy of the `weights` that the run starts from.
        copies: how many of that size, one below the other.
    """

    name: str
    size: Size = "parameter"
    start: Literal["zero", "weights"] = "zero"
    copies: int = 1

    def form(self, rows: int, columns: int) -> tuple[int, int]:
        """Its rows and columns for a matrix of so many."""
        forms = {
            "parameter": (rows, columns), "row": (rows, 1), "column": (1, columns),
            "rows": (rows, rows), "columns": (columns, columns), "one": (1, 1),
        }  # fmt: skip
        high, wide = forms[self.size]
        return self.copies * high, wide


class Curvature(NamedTuple):
    """That a rule is given the Hessian of the batch's loss.

    Attributes:
        slot: of its `scratch`, into which it is written: a square of all parameters.
        every: the hyperparameter that says every how many steps, from the first one on; each step
            if left out.
    """

    slot: str
    every: str = ""


# What a hyperparameter stands at: a number, a switch, one of some names, or some numbers.
Value = float | bool | str | tuple[float, ...]


class Hyperparameter(Struct, frozen=True):
    """What an optimizer, a schedule or a wrapper is tuned by: a default, a range, what it does.

    A default of True or False makes it a switch, one that is a text one of `names`, and one that is
    a tuple a list of numbers that increase.

    Attributes:
        low, high: the range, of each number where it has several; `low_open` and `high_open` say
            that the end is not in it.
        log: whether it is nudged by factors. whole: whether it is a whole number.
        names: what a text may be.
    """

    name: str
    default: Value
    text: str
    low: float = 0.0
    high: float = 1.0
    low_open: bool = False
    high_open: bool = False
    log: bool = False
    whole: bool = False
    names: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """The valid range in words."""
        if self.names:
            return ", ".join(self.names)
        if isinstance(self.default, bool):
            return "true or false"
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        what = "a whole number" if self.whole else "a number"
        if isinstance(self.default, tuple):
            what = f"1 to {MOST_NUMBERS} numbers that increase,"
        return f"{what} in {left}{self.low:g}, {self.high:g}{right}"

    def check(self, value: object) -> Any:
        """The value, if it is of the right kind and in range; InputError if not."""
        if self.names:
            if value in self.names:
                return value
            raise InputError(unknown(self.name, value, self.names))
        if isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
        elif isinstance(self.default, tuple):
            if isinstance(value, list | tuple) and all(map(self._holds, value)):
                numbers = tuple(float(each) for each in value)
                rise = all(a < b for a, b in pairwise(numbers))
                if rise and 1 <= len(numbers) <= MOST_NUMBERS:
                    return numbers
        elif self._holds(value):
            assert isinstance(value, int | float)
            return int(value) if self.whole else float(value) + 0.0  # minus zero is zero
        raise InputError(f"{self.name}: found {show(value)}, allowed: {self.allowed}")

    def _holds(self, value: object) -> bool:
        """Whether it is a number in the range."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        above = value > self.low or (value == self.low and not self.low_open)
        below = value < self.high or (value == self.high and not self.high_open)
        whole = not self.whole or value == value // 1
        return above and below and math.isfinite(value) and whole

    def numbers(self, value: Any) -> tuple[float, ...]:
        """A value as compiled code takes it: 0 or 1 for a switch, for a name its place in names."""
        if self.names:
            return (float(self.names.index(value)),)
        return value if isinstance(value, tuple) else (float(value),)


def completed(
    what: str, declared: Sequence[Hyperparameter], given: Mapping[str, object]
) -> dict[str, Any]:
    """All hyperparameters in declared order: the given ones checked, the others by default.

    Args:
        what: what has none of another name: "knob of cosine".

    Raises:
        InputError: an unknown name, a wrong kind of value, or one out of range.
    """
    names = [h.name for h in declared]
    for name in given:
        if name not in names:
            raise InputError(unknown(what, name, names))
    return {h.name: h.check(given.get(h.name, h.default)) for h in declared}


@dataclass(frozen=True, eq=False)
class Optimizer:
    """An update rule.

    Attributes:
        name: what presets and the command line call it.
        title: what a person reads.
        summary: one plain sentence on what it is for.
        paper: where it comes from.
        year: when, which orders the lists.
        hyperparameters: what it is tuned by; the first is always `lr`.
        slots: the state that it keeps: names, for what each parameter has, starting at zero; or
            Slots.
        step: `step(w, g, state, hyper, corrections, lr, t)` updates the weights `w` (n,) and the
            `state` (slots, n) in place, from the gradient `g` (n,), the hyperparameters after `lr`
            in declared order, 1 - βᵗ of each of them, the learning rate of this step, and its
            number t = 1, 2, … It treats all parameters alike, and has `where` for `if`: what it
            is given may be numbers of eight runs at a time. With another `scope` it is
            `step(w, g, state, places, hyper, corrections, lr, t)`, where `w` and `g` are matrices
            (a vector of n is n×1), and `slot(state, places, k)` of `optplay.optim.slots` is its
            slot k as a matrix; `places[0, 3]` is 1 for a vector and 2 for a matrix.
        weight_decay: the decoupled weight decay it comes with.
        formula: what the step inspector shows, a line per slot (`m ← …`, the new value) and per
            term (`m̂ = …`) in the order in which they are computed. A line may end in a remark.
        terms: `terms(made)` gives what the formula derives from a step as it was made, by name: a
            value (n,) per parameter or one for all; none while it is undefined. One of them may be
            `rate`, by which each parameter's direction is multiplied: it is lr where there is none,
            as the direction is g (SGD), v (momentum), g + β·v (Nesterov) or a sign (Lion). The last
            is `Δ` (n,), what the rule adds to the weights. For a rule of tensors all are matrices.
        no_rates: why a parameter has no rate of its own, as `its step is a matrix product`; only
            where there is a reason.
        stability: `stability(hyperparameters)` gives c: once its averages are warm, the rule
            diverges on a quadratic whose curvature, preconditioned by its rates where it has any,
            is above c/lr. Left out: no such number is known.
        scope: what `step` is given: each `parameter` for itself, each `tensor`, or the `whole`.
        corrected: of how many hyperparameters after `lr`, from the first on, `step` reads the
            correction, which takes time at each step; of any if left out.
        total: whether T, the number of steps of the run, follows its hyperparameters in `hyper`; in
            `made.hyper` it is `T`.
        scheduled: hyperparameters that are learning rates too: the schedule multiplies them as it
            does lr.
        scratch: room for it, as slots, after these in `state`; nothing in it outlives a step.
        matrices: whether it makes sense only where there are matrices.
        alone: whether it has `if` of what it is given, and so takes no eight runs at a time.
        full_batch: whether it makes sense only on all samples at once, or on a surface.
        compiled: False for a rule in plain NumPy: slower, and free to do anything.
        probe: `probe(w, g, hyper, point)` writes into `point` (n,) the weights at which a second
            gradient is taken on the same batch, the one that goes on through the pipeline.
        curvature: that it is given the Hessian.
        evaluated: `evaluated(w, state, hyper, t, point)` writes into `point` (n,) the weights that
            are to be evaluated after step t, where they are not w.
        variant: `variant(hyperparameters)` gives the name of one of `variants` that is the rule
            with these switches, or "" for this one.
        variants: declarations that differ from this one in slots, step, formula and terms.
        lists: hyperparameters that one list of numbers sets, by the name of the list; "" stands
            for a place in it that is none.
        decays: whether it takes the run's weight decay itself, so that the pipeline takes none.
        fit: `fit(self, shapes, hyperparameters, weight_decay)` gives the rule for tensors of these
            shapes, where its slots depend on them; the same object where these are the same.
        begin: `begin(hyperparameters, weight_decay)` gives the step of a run that is at work, where
            each has its own, in the place of `step`.
    """

    name: str
    title: str
    summary: str
    paper: str
    year: int
    hyperparameters: tuple[Hyperparameter, ...]
    slots: tuple[str | Slot, ...]
    step: Step
    weight_decay: float = 0.0
    formula: tuple[str, ...] = ()
    terms: Terms | None = None
    no_rates: str = ""
    stability: Stability | None = None
    scope: Scope = "parameter"
    corrected: int | None = None
    total: bool = False
    scheduled: tuple[str, ...] = ()
    scratch: tuple[Slot, ...] = ()
    matrices: bool = False
    alone: bool = False
    full_batch: bool = False
    compiled: bool = True
    probe: Probe | None = None
    curvature: Curvature | None = None
    evaluated: Evaluated | None = None
    variant: Callable[[Mapping[str, float]], str] | None = None
    variants: Mapping[str, "Optimizer"] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decays: bool = False
    fit: Callable[..., "Optimizer"] | None = None
    begin: Callable[[Mapping[str, float], float], Step] | None = None

    @property
    def order(self) -> int:
        """Its place in lists."""
        return self.year

    @property
    def anywhere(self) -> bool:
        """Whether it makes sense on every problem."""
        return not (self.matrices or self.full_batch)

    @property
    def numbers(self) -> int:
        """How many numbers `hyper` has for it."""
        return max(len(self.hyperparameters) - 1, 0) + self.total

    @property
    def state(self) -> tuple[Slot, ...]:
        """Its slots, each with its size."""
        return tuple(Slot(slot) if isinstance(slot, str) else slot for slot in self.slots)

    def rate(self, made: Made) -> Term:
        """By which each parameter's direction was multiplied: (n,), or one for all."""
        return self.terms(made).get("rate", made.lr) if self.terms else made.lr

    def chosen(self, hyperparameters: Mapping[str, float]) -> "Optimizer":
        """The variant of it that these hyperparameters ask for."""
        name = self.variant(hyperparameters) if self.variant else ""
        return self.variants[name] if name else self

    def fitted(
        self, shapes: Sequence[tuple[int, ...]], hyperparameters: Mapping[str, float],
        weight_decay: float,
    ) -> "Optimizer":  # fmt: skip
        """The rule for tensors of these shapes.

        Raises:
            InputError: it refuses such shapes or hyperparameters.
        """
        return self.fit(self, shapes, hyperparameters, weight_decay) if self.fit else self

    @property
    def knobs(self) -> list[str]:
        """All names by which its hyperparameters are set: their own, and those of lists."""
        return [*(h.name for h in self.hyperparameters), *self.lists]

    def has(self, name: str) -> bool:
        """Whether it has a hyperparameter of this name."""
        return any(h.name == name for h in self.hyperparameters)

    def complete(self, given: Mapping[str, object]) -> dict[str, float | bool]:
        """All hyperparameters in declared order: the given ones checked, the others by default.

        Raises:
            InputError: an unknown name, a wrong kind of value, or one out of range.
        """
        each = dict[str, object]()
        for name, value in given.items():
            each |= self._in_list(name, value) if name in self.lists else {name: value}
        return completed(f"hyperparameter of {self.name}", self.hyperparameters, each)

    def _in_list(self, name: str, value: object) -> dict[str, object]:
        names = self.lists[name]
        if not isinstance(value, list | tuple) or len(value) != len(names):
            allowed = f"a list of {len(names)} numbers"
            raise InputError(f"{name}: found {show(value)}, allowed: {allowed}")
        return {own: each for own, each in zip(names, value, strict=True) if own}


class Schedule(Struct, frozen=True):
    """How the learning rate goes on once warmup is over.

    Attributes:
        name: the value of a run's `decay`. title: what a person reads. text: half a sentence on it.
        factor: `factor(k, n)` is what the learning rate is multiplied by at step k = 0 … n-1 of the
            n after warmup. One that needs more is `factor(k, n, warmup, knobs)`, with the steps
            that warmup took and the numbers of its knobs in declared order: of a switch 0 or 1, of
            a name its place in `names`.
        order: its place in lists.
        knobs: what it is tuned by; one that holds several numbers comes last.
        steady: whether the factor is always 1: it is not asked then.
    """

    name: str
    title: str
    text: str
    factor: Callable[..., float]
    order: int = 0
    knobs: tuple[Hyperparameter, ...] = ()
    steady: bool = False

    def at(self, k: int, n: int, warmup: int, knobs: Floats) -> float:
        """The factor at a step, whatever it needs."""
        return self.factor(k, n, warmup, knobs) if self.needs_more else self.factor(k, n)

    @property
    def needs_more(self) -> bool:
        """Whether the factor takes the warmup and the knobs."""
        return self.factor.__code__.co_argcount > 2

    def complete(self, given: Mapping[str, object]) -> dict[str, Any]:
        """All knobs in declared order: the given ones checked, the others by default.

        Raises:
            InputError: an unknown name, a wrong kind of value, or one out of range.
        """
        if given and not self.knobs:
            raise InputError(f"{self.name} has no knobs: found {', '.join(map(show, given))}")
        return completed(f"knob of {self.name}", self.knobs, given)

    def numbers(self, knobs: Mapping[str, Any]) -> tuple[float, ...]:
        """The numbers of complete knobs, as `factor` takes them."""
        return tuple(x for h in self.knobs for x in h.numbers(knobs[h.name]))
