"""The charts of a sweep: a curve per run over one knob, or a map of two knobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from optplay.plots.lines import line_picture
from optplay.plots.look import Look
from optplay.plots.overlays import Mark
from optplay.plots.picture import Picture
from optplay.plots.plane import grid_limits, plane_picture
from optplay.plots.series import Series, worth_showing

BEST, DIVERGED, COLLAPSED, BEYOND = "★", "×", "∅", "↑"
KEY = (
    f"{BEST} best   {DIVERGED} diverged   {COLLAPSED} collapsed (half of the seeds or more)   "
    f"{BEYOND} too high to show"
)
SHORT_KEY = f"{BEST} best  {DIVERGED} diverged  {COLLAPSED} collapsed  {BEYOND} too high"
_MANY = 0.5


@dataclass(frozen=True, eq=False)
class SweepCurve:
    """One run of a sweep over one knob.

    Attributes:
        label: the run's name.
        x: shape (n,), the values of the knob.
        median, low, high: shape (n,), of the metric over the seeds; not finite where there is none.
        diverged, collapsed: shape (n,), the part of the seeds that did.
        best: the index of the best value, if there is one.
        color_index: which run's colour and marker it takes.
    """

    label: str
    x: ArrayLike
    median: ArrayLike
    low: ArrayLike
    high: ArrayLike
    diverged: ArrayLike
    collapsed: ArrayLike
    best: int | None = None
    color_index: int = 0


def sweep_picture(
    curves: Sequence[SweepCurve],
    *,
    width: int,
    height: int,
    log_x: bool = True,
    log: bool = False,
    percent: bool = False,
    x_title: str = "lr",
    **look: Unpack[Look],
) -> Picture:
    """Draw a metric against a knob; see ``KEY`` for the marks.

    Where most seeds diverged there is no median: the mark stands at the top, or at the bottom
    where a median is minus infinity. On a logarithmic axis so does what is far above all others.

    Args:
        log_x, log: whether the bottom and the left axis are logarithmic.
        percent: whether fractions are labelled as percentages.
        x_title: the knob.
    """
    series, marks = [], []
    most = worth_showing([one.median for one in curves]) if log else np.inf
    for one in curves:
        x, median, low, high = (
            np.array(a, dtype=np.float64) for a in (one.x, one.median, one.low, one.high)
        )
        beyond = np.isfinite(median) & (median > most)
        for values in (median, low, high):
            values[values > most] = np.inf
        series.append(Series(one.label, median, x, one.color_index, low, high))
        marks += [Mark(x[at], np.inf, BEYOND, one.color_index) for at in np.flatnonzero(beyond)]
        edge = -np.inf if np.isneginf(median).any() else np.inf
        for at in np.flatnonzero(np.asarray(one.diverged) >= _MANY):
            marks.append(Mark(x[at], edge, DIVERGED, one.color_index))
        for at in np.flatnonzero(np.asarray(one.collapsed) >= _MANY):
            if np.isfinite(median[at]):
                marks.append(Mark(x[at], median[at], COLLAPSED, one.color_index))
    # The best are set last, so that nothing hides them.
    marks += [
        Mark(np.asarray(one.x)[one.best], np.asarray(one.median)[one.best], BEST, one.color_index)
        for one in curves
        if one.best is not None
    ]
    return line_picture(
        series, width=width, height=height, log=log, log_x=log_x, percent=percent, x_title=x_title,
        marks=marks, **look,
    )  # fmt: skip


def map_picture(
    medians: ArrayLike,
    *,
    x: ArrayLike,
    y: ArrayLike,
    width: int,
    height: int,
    best: tuple[int, int] | None = None,
    levels: ArrayLike | None = None,
    high_is_good: bool = False,
    log_x: bool = True,
    log_y: bool = True,
    x_title: str = "lr",
    y_title: str = "",
    **look: Unpack[Look],
) -> Picture:
    """Draw the medians of a run over two knobs, the best bright and marked.

    Args:
        medians: shape (m, k), by x then y; NaN is hatched, infinities are the worst.
        x, y: shape (m,) and (k,), increasing.
        best: its index in x and in y.
        levels: as in :func:`plane_picture`, to give several maps one scale of colours.
        high_is_good: whether the highest is best.
        log_x, log_y: whether an axis is logarithmic.
        x_title, y_title: the knobs.
    """
    xs, ys = (np.asarray(a, dtype=np.float64) for a in (x, y))
    marks = [] if best is None else [Mark(xs[best[0]], ys[best[1]], BEST)]
    return plane_picture(
        np.asarray(medians, dtype=np.float64).T, x_limits=grid_limits(xs, log_x),
        y_limits=grid_limits(ys, log_y), width=width, height=height, overlays=marks,
        ramp="score" if high_is_good else "loss", levels=levels, log_x=log_x, log_y=log_y,
        x_title=x_title, y_title=y_title, **look,
    )  # fmt: skip
