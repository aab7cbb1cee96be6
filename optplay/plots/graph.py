"""A function of one variable, with runs on its graph."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from optplay.plots.lines import line_picture
from optplay.plots.overlays import Mark, Path
from optplay.plots.palette import run_marker
from optplay.plots.picture import Picture
from optplay.plots.series import Series
from optplay.plots.ticks import finite_limits

_TAIL = 12  # points of a path that are shown, if it does not say how many


def graph_picture(
    x: ArrayLike,
    values: ArrayLike,
    *,
    width: int,
    height: int,
    paths: Sequence[Path] = (),
    marks: Sequence[Mark] = (),
    log: bool = False,
    x_title: str = "x",
    color: bool = True,
    dark: bool = True,
) -> Picture:
    """Draw the graph of a function, and where runs are on it, each with a short trail.

    Args:
        x, values: shape (n,), the graph.
        paths: the points (x, f(x)) of runs. An arrow at the edge tells that a run has left.
        marks: set before the paths: a minimum, say.
        log: whether the left axis is logarithmic.

    Raises:
        ValueError: if shapes differ or are not 1-D.
    """
    graph = Series("", values, x, quiet=True)
    across, up = graph.points()
    sides, ends = finite_limits(across[np.isfinite(up)]), finite_limits(up)
    trails = [mark for path in paths for mark in _trail(path, sides, ends)]
    heads = [mark for path in paths for mark in _head(path, sides, ends, color)]
    return line_picture(
        [graph],
        width=width,
        height=height,
        log=log,
        x_title=x_title,
        color=color,
        dark=dark,
        marks=[*marks, *trails, *heads],
    )


def _trail(path: Path, sides: tuple[float, float], ends: tuple[float, float]) -> list[Mark]:
    x, y = np.asarray(path.x, dtype=np.float64), np.asarray(path.y, dtype=np.float64)
    now = path.now
    first = max(now - (_TAIL if path.tail is None else path.tail), 0)
    return [
        Mark(one, other, "•", path.color_index, faint=True)
        for one, other in zip(x[first : max(now, 0)].tolist(), y[first : max(now, 0)], strict=True)
        if sides[0] <= one <= sides[1] and ends[0] <= other <= ends[1]
    ]


def _head(
    path: Path, sides: tuple[float, float], ends: tuple[float, float], color: bool
) -> list[Mark]:
    if path.now < 0:
        return []
    x, y = (float(np.asarray(values)[path.now]) for values in (path.x, path.y))
    if np.isnan(x) or np.isnan(y):
        return []
    glyph = "●" if color else run_marker(path.color_index)
    if x < sides[0] or x > sides[1]:
        glyph = "◀" if x < sides[0] else "▶"
    elif y < ends[0] or y > ends[1]:
        glyph = "▼" if y < ends[0] else "▲"
    x, y = min(max(x, sides[0]), sides[1]), min(max(y, ends[0]), ends[1])
    return [Mark(x, y, glyph, path.color_index)]
