"""The line chart."""

from collections.abc import Sequence

import numpy as np

from optplay.plots import frame
from optplay.plots.bands import dotted
from optplay.plots.composed import Glyphs, Layer, Sheet, up_to
from optplay.plots.curve import Curve, draw_curves
from optplay.plots.extent import most_worth
from optplay.plots.markers import markers
from optplay.plots.overlays import Guide, Mark
from optplay.plots.palette import band_color, frame_color, run_color, run_marker
from optplay.plots.picture import DOTS_ACROSS, Picture
from optplay.plots.rows import left_axis
from optplay.plots.series import Series
from optplay.plots.setting import Setting
from optplay.plots.ticks import Axis, finite_limits, linear_axis, log_axis, units


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
    until: float | None = None,
    least: float = 0.0,
    robust: bool = False,
) -> Picture:
    """Draw series as curves over a common axis.

    Args:
        series: any number of them. A value that is not finite leaves a gap.
        log: whether the left axis is logarithmic.
        percent: whether fractions are labelled as percentages.
        color: if false bands are left out.
        x_limits: what the bottom axis spans, but for the rounding of its ends to a near tick; by
            default the series. Points outside of the axis are left out.
        log_x: whether the bottom axis is logarithmic.
        guides: dotted lines behind the curves.
        marks: characters on the curves, in the order given.
        until: the curves are drawn up to this place on the bottom axis, all of them if left out;
            the axes are those of the whole series.
        least: where a logarithmic left axis ends at the latest.
        robust: whether runs that explode do not count for the left axis.

    Where a curve leaves the frame an arrow stands at its edge. On a logarithmic axis what is not
    positive lies below it.

    Raises:
        ValueError: if ``x_limits`` are not finite or decrease, or have no logarithm.
    """
    return LineChart().picture(
        series, width=width, height=height, log=log, x_title=x_title, percent=percent, color=color,
        dark=dark, x_limits=x_limits, log_x=log_x, guides=guides, marks=marks, until=until,
        least=least, robust=robust,
    )  # fmt: skip


class LineChart:
    """A line chart that is drawn again and again: what did not change is used again.

    The memory of the values that it was given must not change; a series may have grown in it.
    """

    def __init__(self) -> None:
        #: Whether runs that explode were left out of the axis of the last picture.
        self.cut = False
        self._curves: dict[object, Curve] = {}

    def picture(
        self,
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
        until: float | None = None,
        least: float = 0.0,
        robust: bool = False,
        y_limits: tuple[float, float] | None = None,
        empty: str = "no data yet",
    ) -> Picture:
        """Draw the series; see ``line_picture``.

        Args:
            y_limits: what the left axis holds, and little more; on a log axis exponents of ten. It
                is that of the series if left out.
            empty: what is said where there is nothing to draw.
        """
        if x_limits is not None:
            _check_limits(x_limits, log_x)
        if frame.too_small(width, height):
            return frame.blank(width, height)
        rows, ink = height - 2, frame_color(dark) if color else None
        x_axis = _x_axis(series, x_limits, frame.tick_counts(width, rows)[0], log_x)
        curves = self._taken(series, x_axis, width)
        self.cut = False
        limits = y_limits or self._limits(curves, log, least, robust=robust, bands=color)
        if limits is None:
            return frame.message(_nothing(curves, log) or empty, width, height, ink)
        y_axis = left_axis(*limits, rows, log=log, percent=percent)
        columns = width - frame.gutter(width, y_axis)
        draw_curves(curves, y_axis, columns, rows)

        # What is drawn later hides what is there.
        order = sorted(curves, key=lambda curve: not curve.series.quiet)
        sheet = Sheet(columns, rows)
        last = columns * DOTS_ACROSS - 1 if until is None else _last_dot(until, x_axis, columns)
        layers = []
        for curve in order:
            one = curve.series
            tone = frame_color(dark) if one.quiet else run_color(one.color_index, dark)
            layers.append(Layer(up_to(curve.codes, last), tone if color else None))
        sheet.curves(layers)
        setting = Setting(x_axis, y_axis, columns, rows, dark, color)
        lines, labels = setting.lines(guides)
        sheet.behind([Layer(dotted(columns, rows, line), line.color) for line in lines])
        if color:
            until_column = np.arange(columns) <= last // DOTS_ACROSS
            sheet.tint([
                (curve.band(y_axis, columns, rows) & until_column,
                 band_color(curve.series.color_index, dark))
                for curve in curves if curve.series.low is not None
            ])  # fmt: skip
        else:
            # Each curve's are shifted against the others', so that no curve hides another's.
            for place, curve in enumerate(order):
                if curve.line.x.size and not curve.series.quiet:
                    at = markers(curve.line, columns, rows, place, len(order), last)
                    sheet.put([Glyphs(*at, run_marker(curve.series.color_index), None)])
        sheet.put([glyphs for curve in order for glyphs in setting.exits(curve, last)])
        labels += setting.ends([(c.series.label, c.line) for c in curves if c.series.quiet])
        canvas = setting.labelled(setting.marked(sheet.rows(), marks), labels)
        return frame.compose(canvas, width, (x_axis, y_axis), x_title=x_title, color=ink)

    def _limits(
        self, curves: Sequence[Curve], log: bool, least: float, *, robust: bool, bands: bool
    ) -> tuple[float, float] | None:
        """Return the limits of the left axis; None if no curve has a value on it."""
        most = most_worth([curve.usual for curve in curves], log) if robust else np.inf
        within = (least if log else -most), most
        self.cut = most < np.inf
        found = [curve.limits(log, within, bands=bands) for curve in curves]
        known = np.array([each for each in found if each is not None])
        return finite_limits(known.ravel()) if known.size else None

    def _taken(self, series: Sequence[Series], x_axis: Axis, columns: int) -> list[Curve]:
        known, self._curves = self._curves, {}
        for one in series:
            # A run keeps its curve when another one is drawn on top.
            key: object = (one.label, one.color_index, one.quiet)
            while key in self._curves:
                key = (key,)
            curve = known.get(key) or Curve()
            curve.take(one, x_axis, columns)
            self._curves[key] = curve
        return [*self._curves.values()]


def _nothing(curves: Sequence[Curve], log: bool) -> str:
    if log and any(curve.values.size for curve in curves):
        return "nothing above 0, which a logarithmic axis needs"
    return ""


def _check_limits(limits: tuple[float, float], log: bool) -> None:
    low, high = limits
    if not -np.inf < low <= high < np.inf or (log and low <= 0):
        positive = ", and be positive on a log axis" if log else ""
        raise ValueError(f"x_limits must be finite and not decrease{positive}: {limits}")


def _x_axis(
    series: Sequence[Series], limits: tuple[float, float] | None, count: int, log: bool
) -> Axis:
    x = np.concatenate([*(one.ends() for one in series), limits or ()])
    if log:
        low, high = finite_limits(units(np.array(limits) if limits else x, log))
        return log_axis(low, high, count)
    x = x[np.isfinite(x)]
    whole = bool(np.all(x == np.round(x)))
    return linear_axis(*(limits or finite_limits(x)), count, whole=whole)


def _last_dot(until: float, axis: Axis, columns: int) -> int:
    """Return the last dot of a curve that is known up to a place, and one further on not yet."""
    ends = np.array([until, until + 1])
    places = axis.place(units(ends, True) if axis.log else ends)
    here, beyond = np.rint(np.nan_to_num(places.clip(-1, 2)) * (columns * DOTS_ACROSS - 1))
    return int(min(here, beyond - 1)) if places[1] <= 1 else columns * DOTS_ACROSS - 1
