"""A series cut to what the columns of a chart can show, and kept: what grows is cheap."""

import numpy as np
from numpy.typing import NDArray

from optplay.plots.series import Array, Series
from optplay.plots.ticks import Axis, units

_SLACK = 1e-6  # of the axis: a rounding may put the first or last point just outside

Indices = NDArray[np.int64]


class Thinned:
    """The lowest and the highest value of a series in each column of a chart.

    A series that has grown, its values in the same memory, is only looked at from its last column
    on. What has been given must not change.

    Attributes:
        x: shape (m,), places on the axis as fractions of it, never decreasing; of what lies outside
            of [0, 1] only the neighbours of what is inside.
        y: shape (m,), the finite values there.
        gaps: shape (m,), the number of gaps before each: a line joins equal ones.
        version: another number whenever these have changed.
    """

    def __init__(self, axis: Axis, columns: int) -> None:
        self.axis, self.columns = axis, columns
        self._memory: object = None
        self.version = 0
        self._begin()

    def _begin(self) -> None:
        self.version += 1
        self._seen = self._open = self._gaps = 0
        self._at = np.empty(0, dtype=np.int64)
        self.x, self.y = np.empty(0), np.empty(0)
        self.gaps = np.empty(0, dtype=np.int64)

    @property
    def shown(self) -> Array:
        """The values that are on the axis."""
        return self.y[(self.x >= -_SLACK) & (self.x <= 1 + _SLACK)]

    def take(self, series: Series) -> None:
        """Takes a series: another one, or the last one as it is now."""
        values, x = series.arrays()
        memory = [
            (one.__array_interface__["data"][0], one.strides) if one is not None else series.first
            for one in (values, x)
        ]
        if memory != self._memory or values.size < self._seen:
            self._begin()
        # As long as the arrays live nothing else can come to lie in their memory.
        self._memory, self._arrays = memory, (values, x)
        if values.size > self._seen:
            self._add(values, x, series.first)
            self.version += 1
            self._seen = values.size

    def _add(self, values: Array, x: Array | None, first: int) -> None:
        start = self._open
        y = values[start:]
        at = np.arange(start, values.size)
        across = (at + first).astype(np.float64) if x is None else x[start:]
        places = self.axis.place(units(across, True) if self.axis.log else across)
        placed = np.isfinite(places)
        ordered = bool(np.all(np.diff(places[placed]) >= 0))
        if not ordered:
            at = np.argsort(places, kind="stable")
            y, places, placed = y[at], places[at], placed[at]
        finite = np.isfinite(y)
        gaps = self._gaps + np.cumsum(placed & ~finite)
        inside = (places >= -_SLACK) & (places <= 1 + _SLACK)
        near = inside.copy()
        near[1:] |= inside[:-1]
        near[:-1] |= inside[1:]
        picked = np.flatnonzero(near & placed & finite)
        column = np.clip(np.floor(places[picked] * self.columns), 0, self.columns - 1)
        column[~inside[picked] & (places[picked] < 0)] = -1
        column[~inside[picked] & (places[picked] > 0)] = self.columns
        kept = picked[_extremes(y[picked], gaps[picked], column)] if picked.size else picked
        closed = int(np.searchsorted(self._at, start)) if start else 0
        self._at = np.concatenate((self._at[:closed], at[kept]))
        self.x = np.concatenate((self.x[:closed], places[kept]))
        self.y = np.concatenate((self.y[:closed], y[kept]))
        self.gaps = np.concatenate((self.gaps[:closed], gaps[kept]))
        if not ordered:
            self._open = 0
            return
        # The last column may get more, and what comes may be the neighbour of the last value.
        same = column == column[-1] if picked.size else column
        opened = int(picked[np.argmax(same)]) if picked.size else y.size - 1
        self._open, self._gaps = start + opened, int(gaps[opened])


def _extremes(y: Array, gaps: Indices, column: Array) -> Indices:
    """Return the indices, in order, of the lowest and highest y in each column of each run."""
    changed = (gaps[1:] != gaps[:-1]) | (column[1:] != column[:-1])
    starts = np.concatenate(([0], np.flatnonzero(changed) + 1))
    sizes = np.diff(starts, append=y.size)
    kept = np.zeros(y.size, dtype=bool)
    for extreme in (np.minimum, np.maximum):
        hits = np.flatnonzero(y == np.repeat(extreme.reduceat(y, starts), sizes))
        # One of several equal ones: the first at or after each start.
        kept[hits[np.searchsorted(hits, starts)]] = True
    return np.flatnonzero(kept)
