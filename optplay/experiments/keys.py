"""The keys of a run, each declared once.

Presets, `--set`, sweeps, the controls, saved files and sentences all derive from them. A new key
of the pipeline is a field of RunConfig and a line of PIPELINE; what it does and which values it
takes is told by the field, as by what an optimizer, a decay, a wrapper or a problem declares of its
own.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from math import inf
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec.structs import replace

from optplay.errors import InputError, unknown
from optplay.experiments import scales
from optplay.experiments.places import (
    DECAY,
    WARMUP,
    WARMUP_FIELDS,
    value_at,
    with_value,
    without,
)  # fmt: skip
from optplay.experiments.scales import Scale
from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS, Hyperparameter, Schedule
from optplay.problems import ACTIVATIONS, DATASETS, LOSSES, SURFACES, Problem, SurfaceProblem
from optplay.problems.surface_problem import Coordinate
from optplay.records import Record, describe, options, record_types
from optplay.registry import Registry
from optplay.training import RunConfig

PROBLEM = "problem."
RATE = "lr"
START = PROBLEM + "start."
# Names for a key that stands elsewhere in other runs: the first one that is on, else the last.
ALIASES = {"lambda": ("l2", "weight_decay")}
# Keys that hold the name of something declared.
NAMED: Mapping[str, Registry[Any]] = {
    "optimizer": OPTIMIZERS, "decay": SCHEDULES, "problem.dataset": DATASETS,
    "problem.activation": ACTIVATIONS, "problem.loss": LOSSES, "problem.surface": SURFACES,
}  # fmt: skip

Change = Callable[[RunConfig, Any], RunConfig]


class Key(msgspec.Struct, frozen=True):
    """Something that decides a run.

    Attributes:
        name: as in a preset's run, a path: `lr`, `clip.norm`, `problem.noise`, `problem.start.0`.
        title: what stands before the value. text: one sentence on what it does.
        allowed: the valid range in words. scale: how it moves, is shown and read.
        notes: for a choice, a sentence on each name.
        off: its value when it is off. on: with what it comes on; None if it is never off.
        shared: whether all runs of a preset have the same.
        change: how a run takes another value, where that changes more than this.
        usual: where it stands unless told, for one that a run has only with `needs`, or folded.
        needs: the keys of which one has to be on, or the run has no such key.
        instead: the keys that go off when it comes on.
        folded: whether the app shows it only where it is on, or not as usual.
    """

    name: str
    title: str
    text: str
    allowed: str
    scale: Scale
    notes: Mapping[str, str] | None = None
    off: Any = None
    on: Any = None
    shared: bool = False
    change: Change | None = None
    usual: Any = None
    needs: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    folded: bool = False

    @property
    def switched(self) -> bool:
        return self.on is not None

    @property
    def is_choice(self) -> bool:
        return isinstance(self.scale, scales.Choice)

    def is_on(self, value: Any) -> bool:
        return not self.switched or value != self.off

    def show(self, value: Any) -> str:
        return self.scale.show(value)

    def spell(self, value: Any) -> str:
        return self.scale.spell(value)

    def get(self, config: RunConfig) -> Any:
        return value_at(config, self.name)

    def set(self, config: RunConfig, value: Any) -> RunConfig:
        """The run with another value of it.

        Raises:
            InputError: the value is out of range.
        """
        if self.change is not None:
            return self.change(config, value)
        return with_value(config, self.name, value)


def _other_rule(config: RunConfig, name: str) -> RunConfig:
    """The run with a new optimizer, at the learning rate that this is declared with.

    It keeps the other hyperparameters that both have, where they are in its range, and brings the
    weight decay that it is declared with if the old one stood at its own.
    """
    if name == config.optimizer:
        return config
    new = OPTIMIZERS.find(name)
    kept: dict[str, Any] = {}
    for h in new.hyperparameters:
        if h.name in config.hyperparameters and h.name != RATE:
            with suppress(InputError):
                kept[h.name] = h.check(config.hyperparameters[h.name])
    decay = config.weight_decay
    if decay == config.rule.weight_decay:
        decay = new.weight_decay
    return msgspec.structs.replace(config, optimizer=name, hyperparameters=kept, weight_decay=decay)


def _other_surface(config: RunConfig, name: str) -> RunConfig:
    """The run on a new surface, which brings its own start, and its condition if it takes one."""
    old = config.problem
    assert isinstance(old, SurfaceProblem)
    problem = SurfaceProblem(surface=name, noise=old.noise, spread=old.spread)
    return msgspec.structs.replace(config, problem=problem)


@cache
def _types(record: type[Record]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(record)}


def _meta(kind: Any) -> tuple[Any, msgspec.Meta]:
    """The type and the Meta of an Annotated, also inside `… | None`."""
    if get_origin(kind) is Annotated:
        base, meta = get_args(kind)
        return base, meta
    inner = [_meta(part) for part in get_args(kind) if get_origin(part) is Annotated]
    return inner[0] if inner else (kind, msgspec.Meta())


def _text(kind: Any) -> str:
    return _meta(kind)[1].description or ""


def _scale(kind: Any, number: Callable[..., Scale] | None) -> Scale:
    """How a field of this type moves; `number` makes the scale of a number from its ends."""
    if names := options(kind):
        return scales.Choice(names)
    base, meta = _meta(kind)
    low, high = meta.ge if meta.gt is None else meta.gt, meta.le if meta.lt is None else meta.lt
    low, high = low or 0, inf if high is None else high
    if base is bool:
        return scales.Switch()
    if base is int:
        whole = scales.Number if high == 2**63 - 1 else scales.Count
        return (number or whole)(int(low), int(high))
    if base is float:
        opens = meta.gt is not None, meta.lt is not None
        broken = scales.Fraction if high == 1 else scales.Amount
        return (number or broken)(float(low), float(high), *opens)
    return scales.Layers()


def _title(name: str) -> str:
    return name.replace("_", " ").replace(".", " ").capitalize()


def _key(name: str, kind: Any, number: Callable[..., Scale] | None = None, **more: Any) -> Key:
    """The key of a field of this type, which tells what it does and what it allows."""
    title = _title(name.rpartition(".")[2])
    declared = {"title": title, "text": _text(kind), "allowed": describe(kind)}
    scale = scales.Choice(()) if name in NAMED else _scale(kind, number)
    return Key(name, scale=scale, **{**declared, **more})


def _of_run(name: str, number: Callable[..., Scale] | None = None, **more: Any) -> Key:
    """The key of a field of RunConfig, or of one in a record there."""
    field, _, inner = name.partition(".")
    if field == WARMUP and inner:
        return _key(name, _types(RunConfig)[WARMUP_FIELDS[inner]], title=_title(name), **more)
    kind = _types(RunConfig)[field]
    return _key(name, _types(record_types(kind)[0])[inner] if inner else kind, number, **more)


OPTIMIZER = _of_run("optimizer", change=_other_rule)
# What is around the rule, in the order of the update; the knobs of a decay and wrappers come too.
PIPELINE = (
    _of_run("warmup", off=0.0, on=0.1, instead=("warmup.steps",)),
    _of_run("warmup.steps", off=None, on=200, instead=("warmup",), folded=True),
    _of_run("warmup.start", usual=0.0, needs=("warmup", "warmup.steps"), folded=True),
    _of_run("decay", off="none", on="cosine"),
    _of_run(
        "clip.norm", scales.Factor, off=None, on=1.0, title="Clipping", instead=("clip.value",)
    ),
    _of_run(
        "clip.value", scales.Factor, off=None, on=1.0, title="Clip by value",
        instead=("clip.norm",), folded=True,
    ),
    _of_run("clip.per", usual="all", needs=("clip.norm",), folded=True, title="Clip per"),
    _of_run("weight_decay", scales.Factor, off=0.0, on=0.01),
    _of_run("decay_biases", usual=True, folded=True),
    _of_run("decay_by_lr", title="Decay by lr", usual=True, folded=True),
    _of_run("l2", scales.Factor, off=0.0, on=0.01),
)  # fmt: skip
DECAYS = "given to the class, which decays in its own way; the pipeline then takes none"
SHARED = (_of_run("epochs", shared=True), _of_run("seed", shared=True))


def run_keys() -> tuple[str, ...]:
    """What a table of a run may hold beside label, optimizer, hyperparameters, problem and fork."""
    heads = [key.name.partition(".")[0] for key in PIPELINE]
    return tuple(dict.fromkeys([*heads, *WRAPPERS]))


@cache
def _of_decay(schedule: Schedule) -> tuple[Key, ...]:
    """The knobs of a decay."""
    return tuple(
        _of_knob(f"{DECAY}.{h.name}", h, title=_title(f"decay {h.name}"), usual=h.default)
        for h in schedule.knobs
    )


@cache
def _of_wrapper(name: str) -> tuple[Key, ...]:
    """The keys of a wrapper: the first one switches it on, the others are there while it is on."""
    wrapper = WRAPPERS[name]
    if not wrapper.hyperparameters:
        switch = Key(
            name, wrapper.title, wrapper.text, "true or false", scales.Switch(), off=False, on=True,
            folded=True,
        )  # fmt: skip
        return (switch,)
    first, *others = wrapper.hyperparameters
    head = f"{name}.{first.name}"
    return (
        _of_knob(
            head, first, title=wrapper.title, text=f"{wrapper.text}; {first.name}: {first.text}",
            off=None, on=first.default, folded=True,
        ),
        *(
            _of_knob(
                f"{name}.{h.name}", h, title=_title(f"{name} {h.name}"), usual=h.default,
                needs=(head,),
            )
            for h in others
        ),
    )  # fmt: skip


def _of_knob(name: str, h: Hyperparameter, **more: Any) -> Key:
    declared = {"title": h.name, "text": h.text, "allowed": h.allowed}
    return Key(name, scale=_of_rule(h), **{**declared, **more})


def pipeline(config: RunConfig) -> list[Key]:
    """The keys of what is around the rule: those that a run has, on or off."""
    wrapped = [key for name in WRAPPERS for key in _of_wrapper(name)]
    found = []
    for key in (*PIPELINE, *wrapped):
        if not key.needs or any(value_at(config, name) for name in key.needs):
            found.append(key)
        if key.name == DECAY:
            found += _of_decay(config.schedule)
    return found


def keys(config: RunConfig) -> list[Key]:
    """The keys of a run, in the order of the update: rule, pipeline, what is shared, problem."""
    own = [_of_knob(h.name, h) for h in config.rule.hyperparameters]
    shared, problem = SHARED, _of_network()
    if isinstance(config.problem, SurfaceProblem):
        steps = replace(SHARED[0], title="Steps", text="how many steps are made")
        shared, problem = (steps, *SHARED[1:]), _of_surface(config.problem.surface)
    around = pipeline(config)
    if config.rule.decays:
        around = [replace(k, text=DECAYS) if k.name == "weight_decay" else k for k in around]
    found = [OPTIMIZER, *own, *around, *shared, *problem]
    return [_named(key, config) if key.name in NAMED else key for key in found]


def is_folded(config: RunConfig, key: Key) -> bool:
    """Whether there is no need to show a key of the run: it is off, or where it is unless told."""
    if not key.folded:
        return False
    value = key.get(config)
    return not key.is_on(value) if key.switched else value == key.usual


def key_of(config: RunConfig, name: str) -> Key:
    """The key of a run that has this name, or that it is an alias for.

    The knobs of a wrapper that is off are found too: they bring it on.

    Raises:
        InputError: the run has none of this name.
    """
    found = {key.name: key for key in keys(config)}
    if (name := meant(config, name)) in found:
        return found[name]
    for key in _of_wrapper(head) if (head := name.partition(".")[0]) in WRAPPERS else ():
        if key.name == name:
            return key
    raise InputError(lacking(config, name, found))


def lacking(config: RunConfig, name: str, names: Iterable[str]) -> str:
    """One line for a key that a run has not: what to set too, or which there are."""
    head, _, inner = name.partition(".")
    if head == DECAY and (refusal := without(config.schedule, inner)):
        return f"{DECAY}: {refusal}"
    for key in PIPELINE:
        if key.name == name and key.needs:
            first = next(k for k in PIPELINE if k.name == key.needs[0])
            return f"{name}: found without {head}, set it too, as in {first.name}={first.on:g}"
    return unknown(f"key of a run with {config.optimizer}", name, names)


def has_key(config: RunConfig, name: str) -> bool:
    """Whether a run has the key of this name."""
    return any(key.name == name for key in keys(config))


def meant(config: RunConfig, name: str) -> str:
    """The name of the key that an alias stands for in a run; any other name stands for itself.

    A wrapper's name stands for what it is tuned by first, as in a preset.
    """
    if name in WRAPPERS:
        return _of_wrapper(name)[0].name
    *first, last = ALIASES.get(name, (name,))
    on = (key.name for key in PIPELINE if key.name in first and key.is_on(key.get(config)))
    return next(on, last)


def entries(config: RunConfig) -> dict[str, Any]:
    """All that a preset can say of one run, by name: its keys, with lists as a whole."""
    own = [k.name for k in _own(config)]
    names = [*own, *(PROBLEM + field for field in _types(type(config.problem)))]
    return {name: value_at(config, name) for name in names}


def _own(config: RunConfig) -> list[Key]:
    return [k for k in keys(config) if not (k.shared or k.name.startswith(PROBLEM))]


def usuals(config: RunConfig) -> dict[str, Any]:
    """Of the entries of a run what a preset need not tell, by name: all is at its default."""
    problem: Problem | SurfaceProblem = Problem()
    if isinstance(config.problem, SurfaceProblem):
        problem = SurfaceProblem(surface=config.problem.surface)
    # On its own problem: a rule need not go with the usual one.
    plain = RunConfig(optimizer=config.optimizer, problem=config.problem)
    found = {key.name: key.usual for key in _own(config)} | entries(plain)
    return found | {PROBLEM + name: getattr(problem, name) for name in _types(type(problem))}


def told(config: RunConfig) -> dict[str, Any]:
    """Of the entries those that a preset has to tell: what is not at its default.

    The optimizer, its learning rate and a surface are always among them.
    """
    plain = usuals(config)
    always = "optimizer", "lr", "problem.surface"
    return {
        name: value
        for name, value in entries(config).items()
        if name in always or value != plain[name]
    }


def _named(key: Key, config: RunConfig) -> Key:
    """A key that holds a name, with what there is to choose from; it tells of what is chosen."""
    value = key.get(config)
    # What is of another package is in no list.
    known = {**NAMED[key.name], value: NAMED[key.name].find(value)}
    texts = {name: getattr(d, "summary", None) or d.text for name, d in known.items()}
    return replace(
        key,
        text=texts[value] if key.is_on(value) else key.text,
        allowed=", ".join(known),
        scale=scales.Choice(tuple(known)),
        notes={name: f"{d.title}: {texts[name]}" for name, d in known.items()},
    )


def _of_rule(h: Hyperparameter) -> Scale:
    if h.names:
        return scales.Choice(h.names)
    if isinstance(h.default, bool):
        return scales.Switch()
    if isinstance(h.default, tuple):
        return scales.Parts()
    if h.whole:
        return scales.Count(int(h.low), int(h.high))
    ends = float(h.low), float(h.high), h.low_open, h.high_open
    if h.low < 0:
        known = isinstance(h.default, float) and 0.5 <= h.default < 1
        return scales.Memory() if known else scales.Anything(*ends)
    if h.log:
        return scales.Factor(*ends, first=1e-12 if h.name == "epsilon" else 1e-5)
    return (scales.Memory if h.high == 1 and h.high_open else scales.Fraction)(*ends)


@cache
def _of_network() -> tuple[Key, ...]:
    # A factor would move a batch too far at once.
    numbers = {"batch_size": scales.Doubling}
    return tuple(
        _key(PROBLEM + name, kind, numbers.get(name)) for name, kind in _types(Problem).items()
    )


@cache
def _of_surface(name: str) -> tuple[Key, ...]:
    """Only those that this surface has."""
    types, declared = _types(SurfaceProblem), SURFACES.find(name)
    coordinates = SurfaceProblem(surface=name).parameter_names
    found = [
        _key(PROBLEM + "surface", types["surface"], change=_other_surface),
        *(
            _key(f"{START}{i}", Coordinate, title=f"Start {axis}", text=_text(types["start"]))
            for i, axis in enumerate(coordinates)
        ),
        _key(PROBLEM + "condition", types["condition"], scales.Factor),
        _key(PROBLEM + "noise", types["noise"], scales.Level),
        _key(PROBLEM + "spread", types["spread"]),
    ]
    missing = PROBLEM + "condition" if declared.condition is None else None
    return tuple(key for key in found if key.name != missing)
