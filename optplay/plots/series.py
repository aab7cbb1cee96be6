"""A named series of values."""

from collections.abc import Sequence
from dataclasses import dataclass

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
        x: shape (n,), the place of each value; epochs from ``first`` on if left out.
        color_index: which run's colour and marker it takes.
        low, high: shape (n,), the edges of a band around the curve; both or none. NaN leaves a
            gap, an infinity reaches to the end of the axis.
        quiet: whether it takes the frame's colour, as a line to compare with, and has its label
            at its right end.
        unit: what is drawn as 1.
        first: the epoch of the first value where ``x`` is left out.

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
    first: int = 1
    unit: float = 1.0

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

    def arrays(self) -> tuple[Array, Array | None]:
        """Return the values, and their places if these were given; not copied if they can be."""
        x = None if self.x is None else np.asarray(self.x, dtype=np.float64)
        return np.asarray(self.values, dtype=np.float64), x

    def points(self) -> Points:
        """Return copies of the places and of the values."""
        values, x = self.arrays()
        across = self.first + np.arange(float(values.size)) if x is None else x.copy()
        return across, values.copy()

    def ends(self) -> Array:
        """Return the places, or only the first and the last where these were not given."""
        values, x = self.arrays()
        if x is None:
            return self.first + np.array([0.0, values.size - 1.0])[: values.size]
        return x

    def band(self) -> Array | None:
        """Return (low, high) as a float64 array of shape (2, n), or ``None`` if there is none."""
        if self.low is None or self.high is None:
            return None
        return np.array([self.low, self.high], dtype=np.float64)


def worth_showing(losses: Sequence[ArrayLike]) -> float:
    """Return the highest loss of a chart: 100 times the median of all that are finite."""
    values = np.concatenate([np.ravel(one) for one in losses] or [np.empty(0)])
    values = values[np.isfinite(values)]
    return _OUTSTANDING * float(np.median(values)) if values.size else np.inf
