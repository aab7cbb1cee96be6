"""What a sweep turns: a key of a run, and the values that it takes one after the other."""

from dataclasses import dataclass

import numpy as np

from optplay.arithmetic import log10, power
from optplay.arrays import Floats
from optplay.counting import counted
from optplay.errors import InputError, inside, show, unknown
from optplay.experiments.keys import (
    ALIASES,
    PROBLEM,
    RATE,
    START,
    Key,
    key_of,
    keys,
    meant,
    run_keys,
)
from optplay.experiments.scales import Count, Doubling, Factor, Range
from optplay.optim import WRAPPERS
from optplay.optim.wrapping import goes_with
from optplay.training import RunConfig

FEWEST, MOST = 2, 1000
DIGITS = 6
FORM = "KEY=LOW:HIGH:N, as lr=1e-5:1:25"


@dataclass(frozen=True)
class SweptKey:
    """A key with the values that it takes, which increase.

    Attributes:
        key: the name of a key of the runs, or an alias such as `lambda`.
        log: whether the values are spread evenly by factors; if not, by differences.
    """

    key: str
    values: tuple[float, ...]
    log: bool

    def set(self, config: RunConfig, value: float) -> RunConfig:
        """The run with its key at this value; what was off comes on.

        Raises:
            InputError: the run has no such key, or the value is out of its range.
        """
        key = _swept(config, self.key)
        try:
            return key.set(config, value)
        except InputError as error:
            raise inside("problem", error) if key.name.startswith(PROBLEM) else error from None


def parse_axis(text: str, config: RunConfig) -> SweptKey:
    """The axis that `lr=1e-5:1:25` describes: 25 values from 1e-5 to 1.

    What moves by factors, as a rate, has its values spread evenly so, unless they begin at 0; any
    other key by differences; whole numbers by factors, each once. All are rounded to six digits, so
    that they can be typed.

    Args:
        text: KEY=LOW:HIGH:N.
        config: a run that has the key.

    Raises:
        InputError: not of this form, no such key, or not its kind or range.
    """
    name, found, ends = (part.strip() for part in text.partition("="))
    parts = ends.split(":")
    if not found or len(parts) != 3:
        raise InputError(f"found {show(text)}, allowed: {FORM}")
    key = _swept(config, name)
    whole = isinstance(key.scale, Count | Doubling)
    try:
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
    except ValueError:
        raise InputError(f"found {show(ends)}, allowed: LOW:HIGH:N, as 1e-5:1:25") from None
    if not FEWEST <= count <= MOST:
        raise InputError(f"{name}: found {counted(count, 'value')}, allowed: {FEWEST} to {MOST:,}")
    if not -np.inf < low < high < np.inf:
        raise InputError(f"{name}: found {show(ends)}, allowed: LOW below HIGH")
    # From 0, which no factor leaves, a rate makes no sense, but ρ or λ do.
    log = whole or (isinstance(key.scale, Factor) and (low != 0 or key.name == RATE))
    if log and low <= 0:
        raise InputError(f"{name}: found {low:g}, allowed: above 0, as it goes by factors")
    spread = (_by_factors if log else np.linspace)(low, high, count)
    values = [float(f"{value:.{DIGITS}g}") for value in spread]
    if whole:
        values = [int(value) for value in np.unique(np.round(values))]
    axis = SweptKey(name, tuple(sorted(set(values))), log)
    for end in (axis.values[0], axis.values[-1]):
        axis.set(config, end)
    return axis


def sweepable(config: RunConfig) -> dict[str, Key]:
    """Everything that a run has of its own and a sweep can turn, by name: its numbers."""
    rule = config.rule
    unfit = {name for name, wrapper in WRAPPERS.items() if not goes_with(rule, wrapper)}
    own = (key for key in keys(config) if key.name.partition(".")[0] not in unfit)
    return {key.name: key for key in own if _sweeps(key)}


def _sweeps(key: Key) -> bool:
    numbers = isinstance(key.scale, Range | Count | Doubling)
    return numbers and not (key.shared or key.name.startswith(START))


def _by_factors(low: float, high: float, count: int) -> Floats:
    """Numbers from low to high, spread evenly by factors; NumPy's differ by processor."""
    spread = power(np.full(count, 10.0), np.linspace(log10(low), log10(high), count))
    spread[0], spread[-1] = low, high
    return spread


def _swept(config: RunConfig, name: str) -> Key:
    found = sweepable(config)
    name = meant(config, name)
    if name in found:
        return found[name]
    try:
        key = key_of(config, name)  # What is off has knobs too.
    except InputError as error:
        if name.partition(".")[0] in run_keys():
            raise
        names = [*found, *ALIASES]
        message = unknown(f"knob of a run with {config.optimizer}", name, names)
        raise InputError(message) from error
    if not _sweeps(key):
        raise InputError(unknown(f"knob of a run with {config.optimizer}", name, found))
    return key
