"""The line chart."""

from collections.abc import Sequence

import numpy as np

from optplay.plots import frame
from optplay.plots.bands import Band, behind
from optplay.plots.canvas import Stroke, draw
from optplay.plots.overlays import Guide, Mark
from optplay.plots.palette import band_color, frame_color, run_color, run_marker
from optplay.plots.picture import Picture
from optplay.plots.series import Array, Series, decimate
from optplay.plots.setting import Setting
from optplay.plots.ticks import Axis, finite_limits, linear_axis, log_axis, units

_SLACK = 1e-6  # of the bottom axis


def line_picture(
    series: Sequence[Series],
    *,
    width: int,
    height: int,
    log: bool = False,
    x_title: str = "epoch",
    percent: bool = False,
    color: bool = True,
    dark: bool = True,
    x_limits: tuple[float, float] | None = None,
    log_x: bool = False,
    guides: Sequence[Guide] = (),
    marks: Sequence[Mark] = (),
) -> Picture:
    """Draw series as curves over a common axis.

    Args:
        series: any number of them. A value that is not finite, or not positive on a log axis,
            leaves a gap.
        log: whether the left axis is logarithmic.
        percent: whether fractions are labelled as percentages.
        color: if false bands are left out.
        x_limits: what the bottom axis spans, but for the rounding of its ends to a near tick; by
            default the series. Points outside of the axis are left out.
        log_x: whether the bottom axis is logarithmic.
        guides: dotted lines behind the curves.
        marks: characters on the curves, in the order given.

    Raises:
        ValueError: if ``x_limits`` are not finite or decrease, or have no logarithm.
    """
    if x_limits is not None:
        _check_limits(x_limits, log_x)
    if frame.too_small(width, height):
        return frame.blank(width, height)
    rows, ink = height - 2, frame_color(dark) if color else None
    x_count, y_count = frame.tick_counts(width, rows)
    x_axis = _x_axis(series, x_limits, x_count, log_x)
    tables = [_table(one, x_axis, log, bands=color) for one in series]
    y = np.concatenate([table[1:].ravel() for table in tables] or [np.empty(0)])
    if not any(np.isfinite(table[1]).any() for table in tables):
        return frame.message("no data yet", width, height, ink)

    y_axis = (log_axis if log else linear_axis)(*finite_limits(y), y_count, percent=percent)
    columns = width - frame.gutter(width, y_axis)
    curves, bands = [], []
    for one, (x, y, *band) in zip(series, tables, strict=True):
        runs = [(x, y_axis.place(y)) for x, y in decimate(x, y, columns, (0, 1))]
        marker = "" if color or one.quiet else run_marker(one.color_index)
        tone = frame_color(dark) if one.quiet else run_color(one.color_index, dark)
        curves.append(Stroke(runs, tone, marker))
        if band and x.size:
            low, high = (y_axis.place(edge) for edge in band)
            bands.append(Band(x, low, high, band_color(one.color_index, dark)))
    # What is drawn later hides what is there.
    order = sorted(range(len(curves)), key=lambda index: not series[index].quiet)
    canvas = draw(columns, rows, [curves[index] for index in order], color=color)
    setting = Setting(x_axis, y_axis, columns, rows, dark, color)
    lines, labels = setting.lines(guides)
    canvas = behind(behind(canvas, columns, lines), columns, bands)
    labels += setting.ends(
        [(one.label, curve.runs) for one, curve in zip(series, curves, strict=True) if one.quiet]
    )
    canvas = setting.labelled(setting.marked(canvas, marks), labels)
    return frame.compose(canvas, width, (x_axis, y_axis), x_title=x_title, color=ink)


def _check_limits(limits: tuple[float, float], log: bool) -> None:
    low, high = limits
    if not -np.inf < low <= high < np.inf or (log and low <= 0):
        positive = ", and be positive on a log axis" if log else ""
        raise ValueError(f"x_limits must be finite and not decrease{positive}: {limits}")


def _x_axis(
    series: Sequence[Series], limits: tuple[float, float] | None, count: int, log: bool
) -> Axis:
    x = np.concatenate([*(one.points()[0] for one in series), limits or ()])
    if log:
        low, high = finite_limits(units(np.array(limits) if limits else x, log))
        return log_axis(low, high, count)
    x = x[np.isfinite(x)]
    whole = bool(np.all(x == np.round(x)))
    return linear_axis(*(limits or finite_limits(x)), count, whole=whole)


def _table(series: Series, x_axis: Axis, log: bool, bands: bool) -> Array:
    """Return the points on the bottom axis, in order: where on it, y, and the band's low and high.

    The rows of the band are missing if there is none. NaN is a gap, in the band only is infinity.
    """
    x, y = series.points()
    band = series.band() if bands else None
    places = x_axis.place(units(x, True) if x_axis.log else x)
    table = np.stack([places, *units(np.stack([y] if band is None else [y, *band]), log)])
    table[1, ~np.isfinite(table[1])] = np.nan
    # A rounding may put the first or last point just outside.
    table = table[:, (places >= -_SLACK) & (places <= 1 + _SLACK)]
    if np.any(table[0, 1:] < table[0, :-1]):
        table = table[:, np.argsort(table[0], kind="stable")]
    return table
