"""The histogram of one or several distributions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optplay.plots import frame
from optplay.plots.canvas import Codes, Line, draw
from optplay.plots.composed import Glyphs, Layer, Sheet
from optplay.plots.dots import BLANK, braille
from optplay.plots.markers import markers
from optplay.plots.palette import frame_color, run_color, run_marker
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN, Picture
from optplay.plots.rows import left_axis
from optplay.plots.series import Array
from optplay.plots.ticks import HUGE, Axis, linear_axis, log_axis


def histogram_picture(
    counts: ArrayLike,
    edges: ArrayLike,
    *,
    width: int,
    height: int,
    log_x: bool = False,
    x_title: str = "",
    percent: bool = False,
    color: bool = True,
    dark: bool = True,
) -> Picture:
    """Draw counts over bins: one distribution as an area, several as outlines over each other.

    Args:
        counts: shape (bins,) or (runs, bins). What is negative or not finite counts as zero.
        edges: shape (bins + 1,), never decreasing. A bin with an edge that is not finite, or not
            positive on a log axis, is left out.
        log_x: whether the bottom axis is logarithmic.
        percent: whether counts are fractions, to be labelled as percentages.

    Raises:
        ValueError: if the shapes do not fit each other, or the edges decrease.
    """
    heights, bounds = _checked(counts, edges)
    if frame.too_small(width, height):
        return frame.blank(width, height)
    frame_ink = frame_color(dark) if color else None
    heights, lows, highs = _bins(heights, bounds, log_x)
    if not heights.any():
        return frame.message("no data yet", width, height, frame_ink)

    rows = height - 2
    x_count = frame.tick_counts(width, rows)[0]
    whole = not percent and bool(np.all(heights == np.round(heights)))
    y_axis = left_axis(0.0, float(heights.max()), rows, percent=percent, whole=whole)
    columns = width - frame.gutter(width, y_axis)
    x_limits = float(lows.min()), float(highs.max())
    x_axis = log_axis(*x_limits, x_count) if log_x else linear_axis(*x_limits, x_count)

    tops = _tops(heights, x_axis.place(lows), x_axis.place(highs), columns)
    tops = np.where(tops > 0, _dots(y_axis, tops, rows), 0)
    floor = float(_dots(y_axis, np.zeros(1), rows)[0])
    sheet = Sheet(columns, rows)
    outlines = _outlines(tops, floor)
    drawn = [_area(tops[0], floor, rows)] if len(tops) == 1 else draw(columns, rows, outlines)
    sheet.curves([
        Layer(codes, run_color(index, dark) if color else None)
        for index, codes in enumerate(drawn)
    ])  # fmt: skip
    if len(tops) > 1 and not color:
        for index, line in enumerate(outlines):
            if line.x.size:
                at = markers(line, columns, rows, index, len(tops))
                sheet.put([Glyphs(*at, run_marker(index), None)])
    return frame.compose(sheet.rows(), width, (x_axis, y_axis), x_title=x_title, color=frame_ink)


def _checked(counts: ArrayLike, edges: ArrayLike) -> tuple[Array, Array]:
    heights = np.atleast_2d(np.array(counts, dtype=np.float64))
    bounds = np.array(edges, dtype=np.float64)
    if heights.ndim != 2 or bounds.shape != (heights.shape[1] + 1,):
        raise ValueError(
            f"counts of shape {np.shape(counts)} need one edge more than bins, "
            f"not edges of shape {bounds.shape}"
        )
    if np.any(bounds[1:] < bounds[:-1]):
        raise ValueError("edges must not decrease")
    return heights, bounds


def _bins(heights: Array, bounds: Array, log_x: bool) -> tuple[Array, Array, Array]:
    """Return the counts, and the low and high edges in axis units, of the bins with a place."""
    usable = np.isfinite(bounds)
    if log_x:
        usable &= bounds > 0
    bins = usable[:-1] & usable[1:]
    heights = np.clip(np.where(np.isfinite(heights), heights, 0), 0, HUGE)[:, bins]
    lows, highs = bounds[:-1][bins], bounds[1:][bins]
    if log_x:
        return heights, np.log10(lows), np.log10(highs)
    return heights, np.clip(lows, -HUGE, HUGE), np.clip(highs, -HUGE, HUGE)


def _tops(heights: Array, lows: Array, highs: Array, columns: int) -> Array:
    """Return the height at each dot across, shape (runs, dots): the highest of the bins there."""
    dots = columns * DOTS_ACROSS
    first, last = _dot(lows, dots), _dot(highs, dots)
    tops = np.zeros((len(heights), dots))
    for start, end, height in zip(first, np.maximum(last, first + 1), heights.T, strict=True):
        tops[:, start:end] = np.maximum(tops[:, start:end], height[:, None])
    return tops


def _area(top: Array, floor: float, rows: int) -> Codes:
    up = np.arange(rows * DOTS_DOWN)[::-1, None]
    return (braille((up <= top) & (up >= floor) & (top > 0)) - BLANK).astype(np.uint8)


def _outlines(tops: Array, floor: float) -> list[Line]:
    """Return the parts of outlines that rise, so that no run hides another's where both are 0."""
    lines = []
    for top in tops:
        risen = top > 0
        risen[1:] |= top[:-1] > 0
        risen[:-1] |= top[1:] > 0
        x = np.flatnonzero(risen)
        parts = np.cumsum(np.diff(x, prepend=-1) > 1).astype(np.int64)
        lines.append(Line(x.astype(np.float64), np.maximum(top[x], floor), parts))
    return lines


def _dots(axis: Axis, heights: Array, rows: int) -> Array:
    """Return the number of the dot, from the bottom, in which each height is drawn."""
    dots: Array = np.rint(axis.place(heights).clip(0, 1) * (rows * DOTS_DOWN - 1))
    return dots


def _dot(places: Array, dots: int) -> NDArray[np.int64]:
    return np.clip(np.round(places * dots), 0, dots).astype(np.int64)
