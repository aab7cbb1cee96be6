"""A named series of values, and its reduction to what a chart's columns can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Points = tuple[Array, Array]

# How many times the usual loss still is of interest: what goes astray may come to 1e300.
_OUTSTANDING = 100


@dataclass(frozen=True, eq=False)
class Series:
    """One curve of a chart.

    Attributes:
        label: the run's name.
        values: shape (n,); may hold NaN and infinities, which leave gaps.
        x: shape (n,), the place of each value; epochs 1 to n if left out.
        color_index: which run's colour and marker it takes.
        low, high: shape (n,), the edges of a band around the curve; both or none. NaN leaves a
            gap, an infinity reaches to the end of the axis.
        quiet: whether it takes the frame's colour, as a line to compare with, and has its label
            at its right end.

    Raises:
        ValueError: if ``values`` is not 1-D, the shape of another array differs from its, or
            only one of ``low`` and ``high`` is given.
    """

    label: str
    values: ArrayLike
    x: ArrayLike | None = None
    color_index: int = 0
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    quiet: bool = False

    def __post_init__(self) -> None:
        if np.ndim(self.values) != 1:
            raise ValueError(f"{self.label}: values must be 1-D, not {np.ndim(self.values)}-D")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"{self.label}: a band needs both low and high")
        for name, array in (("x", self.x), ("low", self.low), ("high", self.high)):
            if array is not None and np.shape(array) != np.shape(self.values):
                raise ValueError(
                    f"{self.label}: {name} has shape {np.shape(array)}, "
                    f"values {np.shape(self.values)}"
                )

    def points(self) -> Points:
        values = np.array(self.values, dtype=np.float64)
        if self.x is None:
            return np.arange(1.0, values.size + 1), values
        return np.array(self.x, dtype=np.float64), values

    def band(self) -> Array | None:
        """Return (low, high) as a float64 array of shape (2, n), or ``None`` if there is none."""
        if self.low is None or self.high is None:
            return None
        return np.array([self.low, self.high], dtype=np.float64)


def decimate(
    x: ArrayLike, y: ArrayLike, columns: int, limits: tuple[float, float] | None = None
) -> list[Points]:
    """Cut a series to at most two points per column: the column's minimum and maximum.

    Args:
        x, y: shape (n,). Points are taken in order of ``x``. A point whose ``x`` is not finite is
            dropped; a ``y`` that is not finite ends a run.
        columns: into how many equal columns ``limits`` is divided, at least 1.
        limits: the lowest and highest ``x`` of the chart; by default those of the series.

    Returns:
        The finite runs, in order, each a pair (x, y) of 1-D arrays of original points.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    placed = np.isfinite(xs)
    xs, ys = xs[placed], ys[placed]
    if np.any(xs[1:] < xs[:-1]):
        order = np.argsort(xs, kind="stable")
        xs, ys = xs[order], ys[order]

    finite = np.isfinite(ys)
    run_of = np.cumsum(~finite)[finite]
    xs, ys = xs[finite], ys[finite]
    if not xs.size:
        return []

    kept = _extremes(ys, run_of, _columns(xs, columns, limits or (xs[0], xs[-1])))
    xs, ys, run_of = xs[kept], ys[kept], run_of[kept]
    starts = [0, *(np.flatnonzero(run_of[1:] != run_of[:-1]) + 1).tolist(), kept.size]
    return [(xs[a:b], ys[a:b]) for a, b in pairwise(starts)]


def _columns(x: Array, columns: int, limits: tuple[float, float]) -> NDArray[np.int64]:
    low, high = limits
    if not high > low:
        return np.zeros(x.size, dtype=np.int64)
    # Halved first: the width of a range between huge numbers would overflow.
    share = (x / 2 - low / 2) / (high / 2 - low / 2)
    column: NDArray[np.int64] = np.clip(share * columns, 0, columns - 1).astype(np.int64)
    return column


def _extremes(y: Array, run_of: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the indices, in order, of the lowest and highest y in each column of each run."""
    changed = (run_of[1:] != run_of[:-1]) | (column[1:] != column[:-1])
    starts = np.concatenate(([0], np.flatnonzero(changed) + 1))
    sizes = np.diff(starts, append=y.size)
    kept = np.zeros(y.size, dtype=bool)
    for extreme in (np.minimum, np.maximum):
        hits = np.flatnonzero(y == np.repeat(extreme.reduceat(y, starts), sizes))
        # One of several equal ones: the first at or after each start.
        kept[hits[np.searchsorted(hits, starts)]] = True
    return np.flatnonzero(kept)


def worth_showing(losses: Sequence[ArrayLike]) -> float:
    """Return the highest loss of a chart: 100 times the median of all that are finite."""
    values = np.concatenate([np.ravel(one) for one in losses] or [np.empty(0)])
    values = values[np.isfinite(values)]
    return _OUTSTANDING * float(np.median(values)) if values.size else np.inf
