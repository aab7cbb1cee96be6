"""Braille dots: lines and contours on the fine grid that a cell's 2 x 4 dots make."""

import numpy as np
from numpy.typing import NDArray

from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN
from optplay.plots.series import Array

Dots = NDArray[np.bool_]

BLANK = 0x2800
# The bits of a braille character's dots, from top to bottom and left to right.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])

_SLACK = 1e-9  # of an axis: a rounding may put a point just outside
_FAR = 1e6  # axes away, from where nothing changes to see
_ENDS = slice(None, -1), slice(1, None)  # the first and the second ends of all steps of a path


def braille(dots: Dots) -> NDArray[np.int64]:
    """Return the characters' code points, shape (rows, columns), of dots (4 rows, 2 columns)."""
    down, across = dots.shape
    cells = dots.reshape(down // DOTS_DOWN, DOTS_DOWN, across // DOTS_ACROSS, DOTS_ACROSS)
    codes: NDArray[np.int64] = np.einsum("rdca,da->rc", cells, _BITS) + BLANK
    return codes


def stroke(x: Array, y: Array, columns: int, rows: int) -> Dots:
    """Return the dots, from the top, of the line through points that are fractions of the axes.

    The line is cut where it leaves [0, 1]; a point that is not finite leaves a gap.
    """
    across, up = columns * DOTS_ACROSS, rows * DOTS_DOWN
    finite = np.isfinite(x) & np.isfinite(y)
    inside = finite & (np.abs(x - 0.5) <= 0.5) & (np.abs(y - 0.5) <= 0.5)
    # What is outside is anywhere: it is not drawn from here.
    column, row = (
        np.rint(np.where(inside, places, 0) * (dots - 1)).astype(np.int64)
        for places, dots in ((x, across), (y, up))
    )
    dot = column * up + row  # its number
    both = inside[1:] & inside[:-1]
    # Most steps of a long path stay within a dot, and many are equal.
    steps = both & (dot[1:] != dot[:-1])
    pairs = np.unique(dot[:-1][steps] * (across * up) + dot[1:][steps])
    crossing = finite[1:] & finite[:-1] & ~both
    far = (np.stack([x[at][crossing], y[at][crossing]], axis=1).clip(-_FAR, _FAR) for at in _ENDS)
    parts = np.concatenate(cut(*far)[:2], axis=1) * ([across - 1, up - 1] * 2)
    ends = [np.stack(np.unravel_index(pairs, (across, up) * 2), axis=1), np.rint(parts)]
    dots = np.zeros((up, across), dtype=bool)
    dots[up - 1 - row[inside], column[inside]] = True
    at_x, at_y = _between(np.concatenate(ends).astype(np.int64))
    dots[up - 1 - at_y, at_x] = True
    return dots


def cut(start: Array, end: Array) -> tuple[Array, Array, Dots]:
    """Return the parts in the unit square of segments, ends of shape (n, 2), and who has one."""
    delta = end - start
    flat = np.abs(delta) < _SLACK
    within = (start >= -_SLACK) & (start <= 1 + _SLACK)
    # Liang and Barsky 1984: where along each segment it crosses the four sides.
    step = np.where(flat, 1, delta)
    sides = -start / step, (1 - start) / step
    enter = np.where(flat, np.where(within, 0, 2), np.minimum(*sides)).max(axis=1, initial=0)
    leave = np.where(flat, np.where(within, 1, -2), np.maximum(*sides)).min(axis=1, initial=1)
    kept = enter <= leave
    start, delta, enter, leave = start[kept], delta[kept], enter[kept, None], leave[kept, None]
    return (start + enter * delta).clip(0, 1), (start + leave * delta).clip(0, 1), kept


def _between(ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the dots (across, up) of segments whose ends (x, y, x, y) are dots."""
    start, delta = ends[:, :2], ends[:, 2:] - ends[:, :2]
    steps = np.abs(delta).max(axis=1, initial=0)
    counts = steps + 1
    segment = np.repeat(np.arange(len(ends)), counts)
    along = np.arange(segment.size) - np.repeat(np.cumsum(counts) - counts, counts)
    share = along / np.maximum(steps, 1)[segment]
    places = start[segment] + np.rint(share[:, None] * delta[segment]).astype(np.int64)
    return places[:, 0], places[:, 1]


def contour(values: Array, level: float) -> Dots:
    """Return the dots of the line where a field of pixels (2 rows, columns) crosses a level."""
    down, across = values.shape
    dots = np.zeros((2 * down, 2 * across), dtype=bool)
    above = values >= level
    known = np.isfinite(values)
    crossed = (above[:, 1:] != above[:, :-1]) & known[:, 1:] & known[:, :-1]
    row, column = np.nonzero(crossed)
    at = _crossing(values[row, column], values[row, column + 1], level)
    for half in (0, 1):
        dots[2 * row + half, np.rint(2 * (column + at) + 0.5).astype(np.int64)] = True
    crossed = (above[1:] != above[:-1]) & known[1:] & known[:-1]
    row, column = np.nonzero(crossed)
    at = _crossing(values[row, column], values[row + 1, column], level)
    for half in (0, 1):
        dots[np.rint(2 * (row + at) + 0.5).astype(np.int64), 2 * column + half] = True
    return dots


def _crossing(one: Array, other: Array, level: float) -> Array:
    # Halved first: the difference of huge numbers would overflow.
    share: Array = (level / 2 - one / 2) / (other / 2 - one / 2)
    return share.clip(0, 1)
