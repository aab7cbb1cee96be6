"""One curve of a line chart, and all that was worked out for it, to be used again."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from optplay.plots.bands import Band, Cells, covered
from optplay.plots.canvas import Codes, Line, redraw
from optplay.plots.clipping import Clipped, clipped
from optplay.plots.extent import Usual, usual
from optplay.plots.series import Array, Series
from optplay.plots.thinned import Thinned
from optplay.plots.ticks import Axis, finite_limits, units

Limits = tuple[float, float]
T = TypeVar("T")


class Curve:
    """A series as it is drawn on a chart.

    Attributes:
        series: as it was given last.
        line: its dots. codes: the bits that these are in each cell, shape (rows, columns).
        exits: where it leaves the frame.
    """

    series: Series
    exits: Clipped

    def __init__(self) -> None:
        self._found: dict[object, Any] = {}
        self._unit = 1.0
        self._thinned: Thinned | None = None
        self._known: tuple[Line, Codes] | None = None
        self._edges_key: object = None
        self._band: tuple[Array, object, Cells] | None = None

    @property
    def line(self) -> Line:
        return self.exits.line

    @property
    def codes(self) -> Codes:
        assert self._known is not None
        return self._known[1]

    def take(self, series: Series, x_axis: Axis, columns: int) -> None:
        thinned = self._thinned
        if thinned is None or (thinned.axis, thinned.columns) != (x_axis, columns):
            thinned = self._thinned = Thinned(x_axis, columns)
            self._found.clear()
        before = thinned.version
        thinned.take(series)
        if thinned.version != before or series.unit != self._unit:
            self._found.clear()
        self.series, self._x_axis, self._unit = series, x_axis, series.unit

    def _once(self, key: object, make: Callable[[], T]) -> T:
        """What was found for a key; it is forgotten when the series is another."""
        if key not in self._found:
            self._found[key] = make()
        found: T = self._found[key]
        return found

    @property
    def values(self) -> Array:
        """The values that the bottom axis holds, as they are drawn; the extremes of each column."""
        thinned = self._thinned
        assert thinned is not None
        return self._once("values", lambda: thinned.shown / self.series.unit)

    @property
    def usual(self) -> Usual:
        """What its values come to."""
        return self._once("usual", lambda: usual(self.values))

    def limits(
        self, log: bool, within: Limits = (-np.inf, np.inf), *, bands: bool
    ) -> Limits | None:
        """The lowest and the highest value, in units of the left axis; None if there is none.

        Args:
            within: what lies outside does not count.
        """
        found = self._once((log, within), lambda: _limits(self.values, log, within))
        if found is None or not bands or self.series.low is None:
            return found
        bottom, top = self._edges(log)[1]
        least, most = units(np.array(within), log)
        return min(found[0], max(bottom, least)), max(found[1], min(top, most))

    def dots(self, y_axis: Axis, columns: int, rows: int) -> Line:
        thinned = self._thinned
        assert thinned is not None

        def make() -> Clipped:
            y = y_axis.place(units(thinned.y / self.series.unit, y_axis.log))
            return clipped(thinned.x, y, thinned.gaps, columns, rows)

        self.exits = self._once((y_axis, columns, rows), make)
        return self.line

    def known(self, columns: int, rows: int) -> tuple[Line, Codes] | None:
        """The dots that were drawn last, if the chart had this size."""
        known = self._known
        return known if known and known[1].shape == (rows, columns) else None

    def keep(self, line: Line, codes: Codes) -> None:
        self._known = line, codes

    def band(self, y_axis: Axis, columns: int, rows: int) -> Cells:
        """The cells that its band covers."""
        table = self._edges(y_axis.log)[0]
        key = y_axis, columns, rows
        if self._band is None or table is not self._band[0] or key != self._band[1]:
            x, low, high = table
            band = Band(x, y_axis.place(low), y_axis.place(high), None)
            self._band = table, key, covered(columns, rows, band)
        return self._band[2]

    def _edges(self, log: bool) -> tuple[Array, Limits]:
        """The edges of the band: places on the bottom axis, low, high; and the limits of them."""
        one = self.series
        key = one.low, one.high, one.x, one.first, one.unit, self._x_axis, log
        if not _same(key, self._edges_key):
            self._edges_key = key
            x, band = one.points()[0], one.band()
            assert band is not None
            band = band / one.unit
            places = self._x_axis.place(units(x, True) if self._x_axis.log else x)
            table = np.stack([places, *units(band, log)])
            table = table[:, (places >= -1e-6) & (places <= 1 + 1e-6)]
            if np.any(table[0, 1:] < table[0, :-1]):
                table = table[:, np.argsort(table[0], kind="stable")]
            finite = table[1:][np.isfinite(table[1:])]
            ends = finite_limits(finite) if finite.size else (np.inf, -np.inf)
            self._table = table, ends
        return self._table


def _limits(values: Array, log: bool, within: Limits) -> Limits | None:
    y = units(values[(values >= within[0]) & (values <= within[1])], log)
    return finite_limits(y) if np.isfinite(y).any() else None


def draw_curves(curves: Sequence[Curve], y_axis: Axis, columns: int, rows: int) -> None:
    """Work out the dots of the curves, and draw what of them is new."""
    lines = [curve.dots(y_axis, columns, rows) for curve in curves]
    known = [curve.known(columns, rows) for curve in curves]
    for curve, line, codes in zip(curves, lines, redraw(columns, rows, lines, known), strict=True):
        curve.keep(line, codes)


def _same(one: object, other: object) -> bool:
    """Whether two tuples hold the same things, arrays being the same only as objects."""
    if not (isinstance(one, tuple) and isinstance(other, tuple)):
        return False
    return all(
        a is b or (isinstance(a, Axis | float | int) and a == b)
        for a, b in zip(one, other, strict=True)
    )
