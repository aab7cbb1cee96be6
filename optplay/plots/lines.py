"""The line chart."""

from collections.abc import Sequence

import numpy as np

from optplay.plots import frame
from optplay.plots.canvas import Curve, draw
from optplay.plots.palette import frame_color, run_color, run_marker
from optplay.plots.series import Run, Series, decimate
from optplay.plots.ticks import HUGE, TINY, Axis, finite_limits, linear_axis, log_axis


def line_chart(
    series: Sequence[Series],
    *,
    width: int,
    height: int,
    log: bool = False,
    x_title: str = "epoch",
    percent: bool = False,
    color: bool = True,
    dark: bool = True,
    cursor: float | None = None,
) -> str:
    """Draw series as curves over a common axis. Call it from one thread only.

    Args:
        series: any number of them. A value that is not finite, or not positive on a log axis,
            leaves a gap.
        width, height: of the whole chart, in cells. Below 10 x 4 it stays empty.
        log: whether the left axis is logarithmic.
        x_title: stands among the labels of the bottom axis, where it fits.
        percent: whether fractions are labelled as percentages.
        color: if false there is no escape in the text and markers tell the curves apart.
        dark: whether the background is dark.
        cursor: the ``x`` of a vertical line; none is drawn outside the axis.

    Returns:
        ``height`` lines of ``width`` cells; a frame that says so if there is nothing to draw.
    """
    if frame.too_small(width, height):
        return frame.blank(width, height)
    ink = frame_color(dark)
    frame_ink = ink if color else None
    points = [_drawable(one, log) for one in series]
    x = np.concatenate([x for x, _ in points] or [np.empty(0)])
    y = np.concatenate([y for _, y in points] or [np.empty(0)])
    if not np.isfinite(y).any():
        return frame.message("no data yet", width, height, frame_ink)

    rows = height - 2
    x_count, y_count = frame.tick_counts(width, rows)
    y_limits = finite_limits(y)
    y_axis = (log_axis if log else linear_axis)(*y_limits, y_count, percent=percent)
    columns = width - frame.gutter(width, y_axis)
    x_axis = linear_axis(*finite_limits(x), x_count, whole=bool(np.all(x == np.round(x))))

    curves = [
        Curve(
            _placed_runs(one, x_axis, y_axis, columns),
            run_color(each.color_index, dark),
            "" if color else run_marker(each.color_index),
        )
        for each, one in zip(series, points, strict=True)
    ]
    bar = None
    if cursor is not None and x_axis.low <= cursor <= x_axis.high:
        bar = float(x_axis.place(np.asarray(cursor))), ink
    lines = draw(columns, rows, curves, cursor=bar, color=color)
    return frame.compose(lines, width, (x_axis, y_axis), x_title=x_title, color=frame_ink)


def _drawable(series: Series, log: bool) -> Run:
    """Return the points that have a place, with NaN where a gap is to be left."""
    x, y = series.points()
    placed = np.isfinite(x)
    x, y = np.clip(x[placed], -HUGE, HUGE), y[placed]
    y[~np.isfinite(y)] = np.nan
    if log:
        y[~(y > 0)] = np.nan
        return x, np.log10(y)
    y[np.abs(y) < TINY] = 0
    return x, np.clip(y, -HUGE, HUGE)


def _placed_runs(points: Run, x_axis: Axis, y_axis: Axis, columns: int) -> list[Run]:
    runs = decimate(*points, columns, (x_axis.low, x_axis.high))
    return [(x_axis.place(x), y_axis.place(y)) for x, y in runs]
