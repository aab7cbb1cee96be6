"""What of a curve lies within the frame, and where it leaves it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optplay.plots.canvas import Line
from optplay.plots.dots import cut
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN
from optplay.plots.series import Array

_SLACK = 1e-6  # of an axis: a rounding may put a point just outside
_FAR = 1e6  # axes away, from where nothing changes to see


class Clipped(NamedTuple):
    """A curve within the frame.

    Attributes:
        line: its dots.
        above, below: where along the bottom axis it leaves through the top and through the bottom.
    """

    line: Line
    above: Array
    below: Array


def clipped(x: Array, y: Array, gaps: NDArray[np.int64], columns: int, rows: int) -> Clipped:
    """Return the part in the unit square of a curve; infinite ``y`` lie far outside.

    Args:
        x, y, gaps: shape (m,), as of ``Thinned``, but ``y`` a place on its axis too.
    """
    inside = (np.abs(x - 0.5) <= 0.5 + _SLACK) & (np.abs(y - 0.5) <= 0.5 + _SLACK)
    if inside.all():
        return Clipped(_line(x, y, gaps, columns, rows), np.empty(0), np.empty(0))
    points = np.stack([x, y], axis=1).clip(-_FAR, _FAR)
    joined = gaps[1:] == gaps[:-1]
    # A point that is joined to none stands for itself.
    alone = inside.copy()
    alone[1:] &= ~joined
    alone[:-1] &= ~joined
    first = np.concatenate((np.flatnonzero(joined), np.flatnonzero(alone)))
    last = np.concatenate((np.flatnonzero(joined) + 1, np.flatnonzero(alone)))
    order = np.argsort(first, kind="stable")
    first, last = first[order], last[order]
    start, end, kept = cut(points[first], points[last])
    first, last = first[kept], last[kept]
    goes_on = np.zeros(first.size, dtype=bool)
    goes_on[1:] = (first[1:] == last[:-1]) & inside[first[1:]]
    shown = np.stack([~goes_on, np.ones_like(goes_on)], axis=1).ravel()
    both = np.stack([start, end], axis=1).reshape(-1, 2)[shown]
    parts = np.repeat(np.cumsum(~goes_on), 2)[shown]
    line = _line(both[:, 0], both[:, 1], parts, columns, rows)
    return Clipped(
        line, *(_exits(points, gaps, beyond) for beyond in (y > 1 + _SLACK, y < -_SLACK))
    )


def _exits(points: Array, gaps: NDArray[np.int64], beyond: NDArray[np.bool_]) -> Array:
    """Return where a curve comes to lie beyond the top or the bottom."""
    comes = beyond.copy()
    comes[1:] &= ~(beyond[:-1] & (gaps[1:] == gaps[:-1]))
    x: Array = points[comes, 0]
    return x[(x >= -_SLACK) & (x <= 1 + _SLACK)]


def _line(x: Array, y: Array, parts: NDArray[np.int64], columns: int, rows: int) -> Line:
    """Return the nearest dots, without those that a line between their neighbours passes anyway."""
    x, y = _dots(x, columns * DOTS_ACROSS), _dots(y, rows * DOTS_DOWN)
    moved = np.ones(x.size, dtype=bool)
    moved[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1]) | (parts[1:] != parts[:-1])
    x, y, parts = x[moved], y[moved], parts[moved]
    right, rise = np.diff(x), np.diff(y)
    straight = (right[:-1] * rise[1:] == right[1:] * rise[:-1]) & (rise[:-1] * rise[1:] >= 0)
    straight &= parts[2:] == parts[:-2]
    kept = np.ones(x.size, dtype=bool)
    kept[1:-1] = ~straight
    return Line(x[kept], y[kept], parts[kept])


def _dots(places: Array, dots: int) -> Array:
    # On whole dots, so that a curve and a tick at one value never part by a rounding.
    nearest: Array = np.rint(np.minimum(np.maximum(places, 0), 1) * (dots - 1))
    return nearest
