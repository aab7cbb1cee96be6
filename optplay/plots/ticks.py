"""Axes with round ticks: limits, tick places and their labels."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optplay.plots.series import Array

# Finite numbers outside of this range would overflow or vanish when a range is divided.
HUGE, TINY = 1e300, 1e-300
_SMALLEST_SPAN = 1e-5  # of the largest value: closer values would need unreadably long labels
_SNAP = 1 / 3  # of a step: an axis grows to the next round number when that is this near
_FEWEST = 2  # ticks that an axis needs to be read
_FAR_TOO_DENSE = 20  # times the ticks that there may be
_PLAIN = range(-4, 6)  # powers of ten that are written out, not as 1e6
# Log ticks from dense to sparse: mantissas, and at every which power of ten.
_DENSITIES = (((1, 2, 5), 1), *(((1,), every) for every in (1, 2, 3, 5, 10, 20, 50, 100, 200)))


@dataclass(frozen=True)
class Axis:
    """A range of values and the round numbers in it.

    Attributes:
        low, high: the limits, ``low < high``; exponents of ten on a log axis.
        ticks: (place, label) pairs; a place is a fraction of the axis in [0, 1].
        log: whether it is logarithmic.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def place(self, values: Array) -> Array:
        """Return where the values lie as fractions of the axis: 0 at low, 1 at high.

        On a log axis the values are exponents of ten: see ``units``.
        """
        with np.errstate(over="ignore"):  # an infinite place is as good as one far away
            places: Array = (values - self.low) / (self.high - self.low)
        return places

    def values(self, places: Array) -> Array:
        units = self.low + places * (self.high - self.low)
        return 10.0**units if self.log else units


@lru_cache(maxsize=256)
def linear_axis(
    low: float,
    high: float,
    count: int,
    *,
    percent: bool = False,
    whole: bool = False,
    snap: bool = True,
) -> Axis:
    """Return an axis over [low, high] (finite) with about ``count`` ticks, steps 1, 2 or 5 x 10^k.

    Equal limits are widened to hold zero. ``percent`` labels a fraction as a percentage; ``whole``
    keeps the ticks on whole numbers; ``snap`` moves the ends to a round number that is near.
    """
    low, high = widened(max(low, -HUGE), min(high, HUGE))
    step = round_step((high - low) / max(count, 1))
    if whole:
        step = max(step, 1.0)
    if snap:
        low, high = _snapped(low, step, math.floor), _snapped(high, step, math.ceil)
    largest = max(abs(low), abs(high))
    ticks = tuple(
        ((value - low) / (high - low), label(value, step, largest, percent))
        for value in multiples(low, high, step)
    )
    return Axis(low, high, ticks)


@lru_cache(maxsize=256)
def log_axis(low: float, high: float, count: int, *, percent: bool = False) -> Axis:
    """Return an axis from 10^low to 10^high with at most about ``count`` ticks.

    The ticks are powers of ten; 2 and 5 times these too where they fit, and round numbers of equal
    distance where the range is narrower than that.
    """
    low, high = widened_log(low, high)
    ticks = _decade_ticks(low, high, count, percent)
    if not ticks and max(abs(low), abs(high)) < -math.log10(TINY):
        bottom, top = 10.0**low, 10.0**high
        step = round_step((top - bottom) / max(count, 1))
        ticks = [
            (math.log10(value), label(value, step, top, percent))
            for value in multiples(bottom, top, step)
        ]
    places = tuple(((at - low) / (high - low), label) for at, label in ticks)
    return Axis(low, high, places, log=True)


def widened_log(low: float, high: float) -> tuple[float, float]:
    return (low - 0.5, high + 0.5) if high - low < _SMALLEST_SPAN else (low, high)


def widened(low: float, high: float) -> tuple[float, float]:
    largest = max(abs(low), abs(high))
    if largest < TINY:
        return 0.0, 1.0
    if high - low >= _SMALLEST_SPAN * largest:
        return low, high
    return (0.0, min(2 * high, HUGE)) if low > 0 else (max(2 * low, -HUGE), 0.0)


def round_step(rough: float) -> float:
    """Return the smallest 1, 2 or 5 x 10^k that is not below ``rough``."""
    exponent = math.floor(math.log10(rough))
    for mantissa in (1, 2, 5):
        if rough <= mantissa * 10.0**exponent * (1 + 1e-9):
            return float(f"{mantissa}e{exponent}")
    return float(f"1e{exponent + 1}")


def _snapped(limit: float, step: float, outward: Callable[[float], int]) -> float:
    steps = round(limit / step, 6)
    outer = outward(steps)
    return outer * step if abs(outer - steps) <= _SNAP else limit


def multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [n * step for n in range(first, last + 1)]


def _decade_ticks(low: float, high: float, count: int, percent: bool) -> list[tuple[float, str]]:
    """Return the densest ticks of at most ``count``, but two or more; none in a narrow range."""
    exponents = range(math.floor(low), math.ceil(high) + 1)
    ticks: list[tuple[float, str]] = []
    for mantissas, every in _DENSITIES:
        if high - low > _FAR_TOO_DENSE * count * every:
            continue
        denser, ticks = ticks, []
        for exponent in (e for e in exponents if e % every == 0):
            for mantissa in mantissas:
                at = math.log10(mantissa) + exponent
                if low - 1e-9 <= at <= high + 1e-9:
                    ticks.append((at, power_label(mantissa, exponent, percent)))
        if len(ticks) < _FEWEST:
            return denser
        if len(ticks) <= count:
            break
    return ticks


def power_label(mantissa: int, exponent: int, percent: bool) -> str:
    if percent:
        return power_label(mantissa, exponent + 2, False) + " %"
    if exponent in _PLAIN:
        return f"{mantissa * 10.0**exponent:.{max(0, -exponent)}f}"
    return f"{mantissa}e{exponent}"


def label(value: float, step: float, largest: float, percent: bool) -> str:
    """Return the shortest text that tells ``value`` from its neighbours one ``step`` away."""
    if percent:
        return label(value * 100, step * 100, largest * 100, False) + " %"
    if abs(value) < step / 2:
        return "0"
    digit = math.floor(math.log10(step) + 1e-9)
    if digit >= _PLAIN.start and largest < 10.0**_PLAIN.stop:
        return f"{value:.{max(0, -digit)}f}"
    decimals = max(0, math.floor(math.log10(abs(value)) + 1e-9) - digit)
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def short(value: float) -> str:
    """Return a number with three digits, in the way of the labels."""
    text, exponent, power = f"{value:.3g}".partition("e")
    return f"{text}{exponent}{int(power)}" if power else text


def finite_limits(values: Array) -> tuple[float, float]:
    """Return the lowest and highest of the finite values; (0, 0) if there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def units(values: Array, log: bool) -> Array:
    """Return values as an axis counts them: exponents of ten if ``log``; infinities are kept."""
    if log:
        with np.errstate(divide="ignore"):
            exponents: Array = np.log10(np.maximum(values, 0))
        return exponents
    values = np.where(np.abs(values) < TINY, 0, values)
    return np.where(np.isinf(values), values, np.clip(values, -HUGE, HUGE))
