"""What a sweep turns: a knob, and the values that it takes one after the other."""

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import numpy as np

from optplay.errors import InputError, inside, show, unknown
from optplay.optim import Hyperparameter
from optplay.training import Clip, RunConfig

FEWEST, MOST = 2, 1000
DIGITS = 6
# Knobs of the pipeline. λ is that of l2 where a run has it on, and of weight_decay elsewhere.
LAMBDA, CLIP = "lambda", "clip.norm"
PIPELINE = ("warmup", "weight_decay", "l2")
# Real numbers that are turned by factors, as the declarations of optimizers say of their own.
RATES = (*PIPELINE[1:], LAMBDA, CLIP, "problem.condition")
PROBLEM = "problem."
FORM = "KEY=LOW:HIGH:N, as lr=1e-5:1:25"


@dataclass(frozen=True)
class Axis:
    """A knob with the values that it takes, which increase.

    Attributes:
        key: a hyperparameter, `warmup`, `weight_decay`, `l2`, `lambda` (of l2 where a run has it
            on, else of weight_decay), `clip.norm`, or `problem.…`.
        log: whether the values are spread evenly by factors; if not, by differences.
    """

    key: str
    values: tuple[float, ...]
    log: bool

    def set(self, config: RunConfig, value: float) -> RunConfig:
        """The run with the knob at this value; see `turned`."""
        return turned(config, self.key, value)


def parse_axis(text: str, config: RunConfig) -> Axis:
    """The axis that `lr=1e-5:1:25` describes: 25 values from 1e-5 to 1.

    A rate has its values spread evenly by factors, any other knob by differences; whole numbers by
    factors, each once. All are rounded to six digits, so that they can be typed.

    Args:
        text: KEY=LOW:HIGH:N.
        config: a run that has the knob.

    Raises:
        InputError: not of this form, no such knob, or not its kind or range.
    """
    key, found, ends = (part.strip() for part in text.partition("="))
    parts = ends.split(":")
    if not found or len(parts) != 3:
        raise InputError(f"found {show(text)}, allowed: {FORM}")
    whole, log = _kind(config, key)
    try:
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
    except ValueError:
        raise InputError(f"found {show(ends)}, allowed: LOW:HIGH:N, as 1e-5:1:25") from None
    if not FEWEST <= count <= MOST:
        raise InputError(f"{key}: found {count} values, allowed: {FEWEST} to {MOST:,}")
    if not -np.inf < low < high < np.inf:
        raise InputError(f"{key}: found {show(ends)}, allowed: LOW below HIGH")
    if log and low <= 0:
        raise InputError(f"{key}: found {low:g}, allowed: above 0, as it goes by factors")
    spread = (np.geomspace if log else np.linspace)(low, high, count)
    values = [float(f"{value:.{DIGITS}g}") for value in spread]
    if whole:
        values = [int(value) for value in np.unique(np.round(values))]
    axis = Axis(key, tuple(sorted(set(values))), log)
    for end in (axis.values[0], axis.values[-1]):
        axis.set(config, end)
    return axis


def knob_keys(config: RunConfig) -> list[str]:
    """The keys of everything that a run has and a sweep can turn."""
    own = [h.name for h in config.rule.hyperparameters if not isinstance(h.default, bool)]
    problem = [
        PROBLEM + field.name
        for field in msgspec.structs.fields(type(config.problem))
        if _number(field.type) and not field.name.endswith("seed")
    ]
    return [*own, *PIPELINE, LAMBDA, CLIP, *problem]


def turned(config: RunConfig, key: str, value: float) -> RunConfig:
    """The run with one knob at another value; `clip.norm` switches clipping on.

    Raises:
        InputError: the run has no such knob, or the value is out of its range.
    """
    if key not in (keys := knob_keys(config)):
        raise InputError(unknown(f"knob of a run with {config.optimizer}", key, keys))
    replace = msgspec.structs.replace
    if key.startswith(PROBLEM):
        name = key.removeprefix(PROBLEM)
        try:
            return replace(config, problem=replace(config.problem, **{name: value}))
        except InputError as error:
            raise inside("problem", error) from None
    if key == CLIP:
        return replace(config, clip=Clip(norm=value))
    if key == LAMBDA:
        key = lambda_of(config)
    if key in PIPELINE:
        return replace(config, **{key: value})
    return replace(config, hyperparameters={**config.hyperparameters, key: value})


def lambda_of(config: RunConfig) -> str:
    """Which decay `lambda` turns in this run: `l2` where that is on, else `weight_decay`."""
    return "l2" if config.l2 else "weight_decay"


def _kind(config: RunConfig, key: str) -> tuple[bool, bool]:
    """Whether a knob takes whole numbers only, and whether it goes by factors."""
    if key not in (keys := knob_keys(config)):
        raise InputError(unknown(f"knob of a run with {config.optimizer}", key, keys))
    own: dict[str, Hyperparameter] = {h.name: h for h in config.rule.hyperparameters}
    if key in own:
        return False, own[key].log
    whole = False
    if key.startswith(PROBLEM):
        fields = {f.name: f.type for f in msgspec.structs.fields(type(config.problem))}
        whole = _number(fields[key.removeprefix(PROBLEM)]) is int
    return whole, whole or key in RATES


def _number(kind: Any) -> type | None:
    """int or float, if that is what a field of this type holds."""
    if kind in (int, float):
        return kind  # type: ignore[no-any-return]
    if get_origin(kind) in (Annotated, Union, UnionType):
        return next((found for part in get_args(kind) if (found := _number(part))), None)
    return None
