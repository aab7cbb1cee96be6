"""What is set on a picture: samples, paths, marks and guide lines."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class Dots:
    """Samples of one class.

    Attributes:
        x, y: shape (n,); those outside of the picture are left out.
        glyph: one cell wide.
        color_index: whose run's colour they take, made to stand out.

    Raises:
        ValueError: if the shapes differ or are not 1-D.
    """

    x: ArrayLike
    y: ArrayLike
    glyph: str = "●"
    color_index: int = 0

    def __post_init__(self) -> None:
        _check(self.x, self.y)


@dataclass(frozen=True, eq=False)
class Path:
    """A run's way over the plane, with a mark where it is.

    Attributes:
        x, y: shape (n,); a point that is not finite leaves a gap.
        color_index: which run's colour, and without colours which marker, it takes.
        at: the index of the point where the run is; what follows is fainter. The last if left out.
        tail: how many points before ``at`` are drawn; all if left out.

    Raises:
        ValueError: if the shapes differ or are not 1-D.
    """

    x: ArrayLike
    y: ArrayLike
    color_index: int = 0
    at: int | None = None
    tail: int | None = None

    def __post_init__(self) -> None:
        _check(self.x, self.y)

    @property
    def now(self) -> int:
        """The index of the point where the run is; -1 if there is none."""
        last: int = np.shape(self.x)[0] - 1
        return last if self.at is None else min(max(self.at, 0), last)


@dataclass(frozen=True)
class Mark:
    """A character at a place: a minimum, a start, the best of a sweep.

    Attributes:
        x, y: the place; it is left out if outside of the picture. An infinite ``y`` stands in the
            top or bottom row; several of these in one column stand below each other.
        glyph: one cell wide; where there are no colours it alone tells whose mark it is.
        color_index: which run's colour it takes; the strongest contrast if left out.
        faint: whether it is drawn quietly.
    """

    x: float
    y: float
    glyph: str = "★"
    color_index: int | None = None
    faint: bool = False


@dataclass(frozen=True)
class Guide:
    """A dotted line across a chart, behind its curves; it is left out if outside of the axis.

    Attributes:
        x: where a vertical line stands; or else
        y: where a horizontal line stands.
        label: set at the top of a vertical, at the right end of a horizontal line.
        color_index: which run's colour it takes; that of the frame if left out.
    """

    x: float | None = None
    y: float | None = None
    label: str = ""
    color_index: int | None = None


Overlay = Dots | Path | Mark


def _check(x: ArrayLike, y: ArrayLike) -> None:
    if np.ndim(x) != 1 or np.shape(x) != np.shape(y):
        raise ValueError(f"x and y must be 1-D and of one shape: {np.shape(x)}, {np.shape(y)}")
