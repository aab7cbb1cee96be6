"""The knobs of a run, made from what optimizers, schedules and problems declare."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf
from typing import Annotated, Any, get_args, get_origin

import msgspec

from optplay.checked import describe, options
from optplay.errors import InputError
from optplay.optim import Hyperparameter, find_schedule, optimizers, schedules
from optplay.problems import Problem, SurfaceProblem, datasets, surfaces
from optplay.training import Clip, RunConfig
from optplay.tui.scales import (
    Amount,
    Choice,
    Count,
    Doubling,
    Factor,
    Fraction,
    Layers,
    Memory,
    Number,
    Scale,
    Switch,
)

PROBLEM = "problem."
START = PROBLEM + "start."
# The first knob of each kind of problem.
FIRST_OF_PROBLEM = (PROBLEM + "dataset", PROBLEM + "surface")
SHARED = ("epochs", "seed")
TITLES = {
    "optimizer": "Optimizer", "warmup": "Warmup", "decay": "Decay", "clip": "Clipping",
    "weight_decay": "Weight decay", "l2": "L2", "epochs": "Epochs", "seed": "Seed",
}  # fmt: skip
# What a switched knob comes on with, where it has not been on before.
ON: dict[str, Any] = {
    "warmup": 0.1,
    "decay": "cosine",
    "clip": 1.0,
    "weight_decay": 0.01,
    "l2": 0.01,
}
OFF: dict[str, Any] = {"warmup": 0.0, "decay": "none", "clip": None, "weight_decay": 0.0, "l2": 0.0}
STEPS_TEXT = "how many steps are made"
# Below this a nudge of the noise on a surface comes to zero.
LEAST_NOISE = 0.001
# Plain sizes that a factor would move too far at once.
POWERS_OF_TWO = ("batch_size",)


@dataclass(frozen=True)
class Knob:
    """Something that can be turned.

    Attributes:
        key: a key of a preset's run, `problem.…` for those of its problem.
        title: what stands before the value. text: one sentence on what it does.
        allowed: the valid range in words. scale: how it moves.
        notes: for a choice, a sentence on each name.
    """

    key: str
    title: str
    text: str
    allowed: str
    scale: Scale
    notes: Mapping[str, str] | None = None

    @property
    def switched(self) -> bool:
        """Whether it can be off."""
        return self.key in OFF

    @property
    def is_choice(self) -> bool:
        """Whether its value is one of some names."""
        return isinstance(self.scale, Choice)

    def is_on(self, value: Any) -> bool:
        """Whether this value means on."""
        return not self.switched or value != OFF[self.key]

    def show(self, value: Any) -> str:
        """The value as a person reads it."""
        return self.scale.show(value)


def knobs(config: RunConfig) -> list[Knob]:
    """The knobs of a run, in the order of the update: rule, schedule, clipping, decay, problem."""
    rule = config.rule
    all_rules = optimizers()
    notes = {name: f"{o.title}: {o.summary}" for name, o in all_rules.items()}
    first = Knob(
        "optimizer", TITLES["optimizer"], rule.summary, ", ".join(all_rules),
        Choice(tuple(all_rules)), notes,
    )  # fmt: skip
    own = [Knob(h.name, h.name, h.text, h.allowed, _scale(h)) for h in rule.hyperparameters]
    problem = config.problem
    last = _on_surface(problem) if isinstance(problem, SurfaceProblem) else _problem()
    return [first, *own, *_pipeline(config), *_shared(config), *last]


def _scale(knob: Hyperparameter) -> Scale:
    if isinstance(knob.default, bool):
        return Switch()
    ends = float(knob.low), float(knob.high), knob.low_open, knob.high_open
    if knob.log:
        first = 1e-12 if knob.name == "epsilon" else 1e-5
        return Factor(*ends, first=first)
    if knob.high == 1 and knob.high_open:
        return Memory(*ends)
    return Fraction(*ends)


def _pipeline(config: RunConfig) -> list[Knob]:
    fields = {f.name: f.type for f in msgspec.structs.fields(RunConfig)}
    kinds = schedules()
    norm = msgspec.structs.fields(Clip)[0]
    decay = find_schedule(config.decay)
    scales: dict[str, Scale] = {
        "warmup": Fraction(*_ends(fields["warmup"])),
        "decay": Choice(tuple(kinds)),
        "clip": Factor(*_ends(norm.type)),
        "weight_decay": Factor(*_ends(fields["weight_decay"])),
        "l2": Factor(*_ends(fields["l2"])),
    }
    result = []
    for key, scale in scales.items():
        text, allowed = _told(fields[key])
        notes = None
        if key == "decay":
            text = decay.text if config.decay != "none" else text
            allowed, notes = ", ".join(kinds), {n: f"{s.title}: {s.text}" for n, s in kinds.items()}
        if key == "clip":
            text, allowed = _told(norm.type)
        result.append(Knob(key, TITLES[key], text, allowed, scale, notes))
    return result


def _shared(config: RunConfig) -> list[Knob]:
    fields = {f.name: f.type for f in msgspec.structs.fields(RunConfig)}
    knobs = [
        Knob(key, TITLES[key], *_told(fields[key]), _of_field(key, fields[key])) for key in SHARED
    ]
    if config.on_surface:
        knobs[0] = replace(knobs[0], title="Steps", text=STEPS_TEXT)
    return knobs


def _problem() -> list[Knob]:
    result = []
    for field in msgspec.structs.fields(Problem):
        text, allowed = _told(field.type)
        title = field.name.replace("_", " ").capitalize()
        notes = None
        names = options(field.type)
        if field.name == "dataset":
            kinds = datasets()
            names, allowed = tuple(kinds), ", ".join(kinds)
            notes = {name: f"{d.title}: {d.text}" for name, d in kinds.items()}
        scale = Choice(names) if names else _of_field(field.name, field.type)
        result.append(Knob(PROBLEM + field.name, title, text, allowed, scale, notes))
    return result


def _on_surface(problem: SurfaceProblem) -> list[Knob]:
    """The knobs of a surface: only those that it has."""
    fields = {f.name: f.type for f in msgspec.structs.fields(SurfaceProblem)}
    kinds, declared = surfaces(), problem.declared
    notes = {name: f"{s.title}: {s.text}" for name, s in kinds.items()}
    text, allowed = ("where runs start", "a number in [-1,000,000, 1,000,000]")
    result = [
        Knob(PROBLEM + "surface", "Surface", declared.text, ", ".join(kinds),
             Choice(tuple(kinds)), notes)
    ]  # fmt: skip
    result += [
        Knob(f"{START}{i}", f"Start {axis}", text, allowed, Amount(-1e6, 1e6))
        for i, axis in enumerate(problem.parameter_names)
    ]
    scales: dict[str, Scale] = {
        "condition": Factor(*_ends(fields["condition"])),
        "noise": Factor(*_ends(fields["noise"]), first=LEAST_NOISE),
        "spread": _of_field("spread", fields["spread"]),
    }
    if declared.condition is None:
        del scales["condition"]
    return result + [
        Knob(PROBLEM + name, name.capitalize(), *_told(fields[name]), scale)
        for name, scale in scales.items()
    ]


def _of_field(name: str, kind: Any) -> Scale:
    base, _ = _annotated(kind)
    low, high, *opens = _ends(kind)
    if base is bool:
        return Switch()
    if base is int:
        if high == 2**63 - 1:
            return Number(int(low), int(high))
        return (Doubling if name in POWERS_OF_TWO else Count)(int(low), int(high))
    if base is float:
        return (Fraction if high == 1 else Amount)(float(low), float(high), *opens)
    return Layers()


def _ends(kind: Any) -> tuple[float, float, bool, bool]:
    """The declared range: from, to, and whether each end is open."""
    meta = _annotated(kind)[1] or msgspec.Meta()
    low, high = meta.ge if meta.gt is None else meta.gt, meta.le if meta.lt is None else meta.lt
    return low or 0, inf if high is None else high, meta.gt is not None, meta.lt is not None


def _annotated(kind: Any) -> tuple[Any, msgspec.Meta | None]:
    """The type and the Meta of an Annotated, also inside `… | None`."""
    if get_origin(kind) is Annotated:
        base, meta = get_args(kind)
        return base, meta
    for part in get_args(kind):
        if get_origin(part) is Annotated:
            return _annotated(part)
    return kind, None


def _told(kind: Any) -> tuple[str, str]:
    """What a field does, and its valid range in words."""
    _, meta = _annotated(kind)
    return (meta.description or "") if meta else "", describe(kind)


def value_of(config: RunConfig, key: str) -> Any:
    """What a knob of the run stands at; the norm, or None, for clipping."""
    if key.startswith(START) and isinstance(config.problem, SurfaceProblem):
        return (config.problem.start or ())[int(key.removeprefix(START))]
    if key.startswith(PROBLEM):
        return getattr(config.problem, key.removeprefix(PROBLEM))
    if key == "clip":
        return config.clip.norm if config.clip else None
    if key in TITLES:
        return getattr(config, key)
    return config.hyperparameters[key]


def turned(config: RunConfig, key: str, value: Any) -> RunConfig:
    """The run with one knob turned.

    A new optimizer keeps the hyperparameters that both have, where they are in its range, and
    brings the weight decay that it is declared with if the old one stood at its own.

    Raises:
        InputError: the value is out of range.
    """
    put = msgspec.structs.replace
    if key.startswith(PROBLEM):
        return put(config, problem=_turned_problem(config.problem, key, value))
    if key == "clip":
        return put(config, clip=None if value is None else Clip(norm=value))
    if key == "optimizer":
        return _other_rule(config, value)
    if key in TITLES:
        return put(config, **{key: value})
    return put(config, hyperparameters={**config.hyperparameters, key: value})


def _turned_problem(
    problem: Problem | SurfaceProblem, key: str, value: Any
) -> Problem | SurfaceProblem:
    name = key.removeprefix(PROBLEM)
    if not isinstance(problem, SurfaceProblem):
        return msgspec.structs.replace(problem, **{name: value})
    if name == "surface":
        # It brings its own start, and its own condition if it takes one.
        return SurfaceProblem(surface=value, noise=problem.noise, spread=problem.spread)
    if key.startswith(START):
        start, place = list(problem.start or ()), int(key.removeprefix(START))
        if place >= len(start):
            raise InputError(
                f"found a start of 2 coordinates, allowed: 1, as {problem.surface} has"
            )
        start[place] = value
        name, value = "start", tuple(start)
    return msgspec.structs.replace(problem, **{name: value})


def _other_rule(config: RunConfig, name: str) -> RunConfig:
    new = RunConfig(optimizer=name).rule
    kept: dict[str, Any] = {}
    for knob in new.hyperparameters:
        if knob.name in config.hyperparameters:
            with suppress(InputError):
                kept[knob.name] = knob.check(config.hyperparameters[knob.name])
    decay = config.weight_decay
    if decay == config.rule.weight_decay:
        decay = new.weight_decay
    return msgspec.structs.replace(config, optimizer=name, hyperparameters=kept, weight_decay=decay)
