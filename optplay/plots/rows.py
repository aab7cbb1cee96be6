"""The left axes of charts that are drawn in dots: each tick stands in the middle of its row."""

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

from optplay.plots.picture import DOTS_DOWN
from optplay.plots.ticks import (
    HUGE,
    TINY,
    Axis,
    label,
    linear_axis,
    log_axis,
    multiples,
    power_label,
    round_step,
    widened,
    widened_log,
)

_UP = 0.01  # of a dot
_NEAR = 1e-6  # of a row: a rounding may put a limit just beyond one
# How many rows lie from tick to tick, and how much longer an axis may get to have it.
_SPACINGS = {3: 1.0, 4: 1.0, 5: 1.0, 2: 1.1, 6: 1.1, 7: 1.1, 8: 1.1, 1: 1.25}
_FEW_ROWS, _MANY_ROWS = 7, 20
_WIDEST = 6  # but where there are many rows
_FEWEST_ROWS = 3  # below it a row can't stand on each side of zero
_EVERY = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)  # which powers of ten have ticks
_OFF = 0.26  # of a row: how far from the middle of its row a tick may be on a logarithmic axis
# Rows to a power of ten, where ticks at 2 and 5 are nearly in the middle of theirs.
_ROWS_TO_TEN = 7, 10, 13, 17, 20, 30, 40, 50
_APART = 2  # rows between two of its ticks
_FINER = 2.6  # times: from 5 to 2, from 2 to 1, from 1 to 0.5
_LEAST_POWER = -305
_FINEST = 4  # tries to find ticks between the powers of ten, each with finer steps

Ticks = list[tuple[float, str]]


@lru_cache(maxsize=256)
def left_axis(
    low: float,
    high: float,
    rows: int,
    *,
    log: bool = False,
    percent: bool = False,
    whole: bool = False,
) -> Axis:
    """Return an axis that holds [low, high] (finite), for a canvas of so many rows, two or more.

    It is a little longer, so that a tick's value is drawn in the middle of the row where its label
    stands. On a logarithmic axis, whose limits are exponents of ten, that is so for the powers of
    ten; a tick between them is off by a quarter of a row at most.

    Args:
        percent: whether fractions are labelled as percentages.
        whole: whether ticks are whole numbers, on an axis that is not logarithmic.
    """
    if rows < _FEWEST_ROWS:
        if log:
            return log_axis(low, high, rows, percent=percent)
        return linear_axis(low, high, rows, percent=percent, whole=whole)
    if log:
        low, high = widened_log(low, high)
        start, step, apart = _fit(low, high, rows, _log_steps((high - low) / (rows - 1), rows))
        ticks = _log_ticks(start, step, round(apart), rows, percent)
    else:
        low, high = widened(max(low, -HUGE), min(high, HUGE))
        steps = _linear_steps((high - low) / (rows - 1), rows, whole)
        start, step, apart = _fit(low, high, rows, steps)
        end = start + (rows - 1) * step
        largest = max(abs(start), abs(end))
        ticks = [
            (value, label(value, apart, largest, percent))
            for value in multiples(start, end, apart)
            if not (percent and high <= 1 < value - _NEAR)
        ]
    # An axis goes from the middle of its lowest dot to that of its highest one. The middle of a row
    # lies just between two dots: a tick takes the upper one.
    below, above = (((DOTS_DOWN - 1) / 2 + off) / DOTS_DOWN * step for off in (_UP, -_UP))
    bottom, top = start - below, start + (rows - 1) * step + above
    places = tuple(((value - bottom) / (top - bottom), text) for value, text in ticks)
    return Axis(bottom, top, places, log)


Step = tuple[float, float, float]  # of a row, from tick to tick, how much longer it may be


def _fit(low: float, high: float, rows: int, steps: Iterable[Step]) -> tuple[float, float, float]:
    """Return where the lowest row is, the step of a row, and that from tick to tick.

    The rows lie on multiples of their step; of the steps that reach the smallest is taken.
    """
    found = []
    for step, apart, penalty in steps:
        start = math.floor(low / step + _NEAR) * step
        if start + (rows - 1 + _NEAR) * step >= high:
            found.append((step * penalty, start, step, apart))
    return min(found)[1:]


def _spacings(rows: int) -> list[int]:
    most = min(rows // 2, _WIDEST if rows < _MANY_ROWS else rows)
    least = 1 if rows < _FEW_ROWS else 2
    return [each for each in _SPACINGS if least <= each <= most]


def _linear_steps(least: float, rows: int, whole: bool) -> Iterator[Step]:
    spacings = _spacings(rows)
    exponent = max(math.floor(math.log10(least)) - 1, _LEAST_POWER)
    for power in range(exponent, exponent + 5):
        for mantissa in (1, 2, 5):
            apart = float(f"{mantissa}e{power}")
            if whole and apart < 1:
                continue
            for spacing in spacings:
                if apart / spacing >= least * (1 - _NEAR):
                    yield apart / spacing, apart, _SPACINGS[spacing]


def _log_steps(least: float, rows: int) -> Iterator[Step]:
    for every in _EVERY:
        for spacing in _spacings(rows):
            if every / spacing >= least:
                yield every / spacing, every, _SPACINGS[spacing]
    # Less than a power of ten. Few steps to choose from: while a run is trained the axis stays.
    for power in range(math.floor(-math.log10(least)) + 1):
        for rows_to_ten in _ROWS_TO_TEN:
            if 1 / (rows_to_ten * 10**power) >= least * (1 - _NEAR):
                yield 1 / (rows_to_ten * 10**power), 1, 1.0


def _log_ticks(start: float, step: float, every: int, rows: int, percent: bool) -> Ticks:
    end = start + (rows - 1) * step
    taken: dict[int, tuple[float, str]] = {}
    enough = max(2, rows // 4)
    for off in (_OFF, 0.5):
        for tier in _tiers(start, end, every, enough, percent):
            for at, text in tier:
                place = (at - start) / step
                row = round(place)
                free = all(abs(row - other) >= _APART for other in taken)
                if abs(place - row) <= off and free and 0 <= row < rows:
                    taken[row] = at, text
            if len(taken) >= enough:
                break
        if len(taken) > 1:
            break
    return sorted(taken.values())


def _tiers(start: float, end: float, every: int, enough: int, percent: bool) -> Iterator[Ticks]:
    """Yield ticks of a logarithmic axis, those first that are best to have.

    Args:
        every: which powers of ten are in the middle of a row.
    """
    exponents = range(math.floor(start), math.ceil(end) + 1)
    yield [(float(e), power_label(1, e, percent)) for e in exponents if e % every == 0]
    if every > 1 or end - start > 2 * enough:
        return
    for mantissas in ((2, 5), (3,), (4, 6, 7, 8, 9)):
        yield [
            (e + math.log10(m), power_label(m, e, percent)) for e in exponents for m in mantissas
        ]
    if max(abs(start), abs(end)) > -math.log10(TINY):
        return
    bottom, top = 10.0**start, 10.0**end
    apart = (top - bottom) / enough
    for _ in range(_FINEST):
        apart = round_step(apart)
        if apart <= 0 or not math.isfinite(apart):
            return
        yield [
            (math.log10(value), label(value, apart, top, percent))
            for value in multiples(bottom, top, apart)
            if value > 0
        ]
        apart /= _FINER
