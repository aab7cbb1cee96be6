"""A named series of values, and its reduction to what a chart's columns can show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Run = tuple[Array, Array]


@dataclass(frozen=True, eq=False)
class Series:
    """One curve of a chart.

    Attributes:
        label: the run's name.
        values: shape (n,); may hold NaN and infinities, which leave gaps.
        x: shape (n,), the place of each value; epochs 1 to n if left out.
        color_index: which run's colour and marker it takes.

    Raises:
        ValueError: if ``values`` or ``x`` is not 1-D, or their lengths differ.
    """

    label: str
    values: ArrayLike
    x: ArrayLike | None = None
    color_index: int = 0

    def __post_init__(self) -> None:
        if np.ndim(self.values) != 1:
            raise ValueError(f"{self.label}: values must be 1-D, not {np.ndim(self.values)}-D")
        if self.x is not None and np.shape(self.x) != np.shape(self.values):
            raise ValueError(
                f"{self.label}: x has shape {np.shape(self.x)}, values {np.shape(self.values)}"
            )

    def points(self) -> Run:
        """Return (x, values) as new float64 arrays of shape (n,)."""
        values = np.array(self.values, dtype=np.float64)
        if self.x is None:
            return np.arange(1.0, values.size + 1), values
        return np.array(self.x, dtype=np.float64), values


def decimate(
    x: ArrayLike,
    y: ArrayLike,
    columns: int,
    limits: tuple[float, float] | None = None,
) -> list[Run]:
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
    if np.any(np.diff(xs) < 0):
        order = np.argsort(xs, kind="stable")
        xs, ys = xs[order], ys[order]

    finite = np.isfinite(ys)
    run_of = np.cumsum(~finite)[finite]
    xs, ys = xs[finite], ys[finite]
    if not xs.size:
        return []

    kept = _extremes(ys, run_of, _columns(xs, columns, limits or (xs[0], xs[-1])))
    cuts = np.flatnonzero(np.diff(run_of[kept])) + 1
    return list(zip(np.split(xs[kept], cuts), np.split(ys[kept], cuts), strict=True))


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
    changed = (np.diff(run_of) != 0) | (np.diff(column) != 0)
    group = np.concatenate(([0], np.cumsum(changed)))
    by_value = np.lexsort((y, group))
    first = np.concatenate(([0], np.flatnonzero(changed) + 1))
    last = np.concatenate((first[1:], [y.size])) - 1
    kept: NDArray[np.int64] = np.unique(np.concatenate((by_value[first], by_value[last])))
    return kept
