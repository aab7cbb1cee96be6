"""What is set on a line chart: guide lines, labels and marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optplay.plots.bands import Band
from optplay.plots.canvas import Line
from optplay.plots.composed import Glyphs
from optplay.plots.curve import Curve
from optplay.plots.overlays import Guide, Mark
from optplay.plots.palette import RGB, contrast_color, faint_color, frame_color, run_color
from optplay.plots.picture import BLANKS, DOTS_ACROSS, DOTS_DOWN, Row, cell, cut, written
from optplay.plots.text import shortened
from optplay.plots.ticks import Axis, units

_EDGE = 1e-9  # of an axis: a rounding may put a point just outside


class Label(NamedTuple):
    """A text that starts in a column, in a row or beside it; see ``Setting.labelled``."""

    text: str
    row: int
    column: int
    ink: RGB
    level: bool  # whether the other end of the row is as good a place


@dataclass(frozen=True)
class Setting:
    """The place of values on a chart's canvas.

    Attributes:
        x_axis, y_axis: of the chart.
        columns, rows: of the canvas, in cells.
        dark: whether the background is dark.
        color: if false nothing has a colour.
    """

    x_axis: Axis
    y_axis: Axis
    columns: int
    rows: int
    dark: bool
    color: bool

    def lines(self, guides: Sequence[Guide]) -> tuple[list[Band], list[Label]]:
        """Return the guides that are within the axes as bands without height, and their labels."""
        bands, labels = [], []
        for guide in guides:
            ink = self._ink(guide.color_index, frame_color(self.dark), faint=True)
            if guide.x is not None:
                place, ends = _within(guide.x, self.x_axis), np.array([0.0, 1.0])
                x, low, high = np.full(2, place or 0.0), ends[:1].repeat(2), ends[1:].repeat(2)
                at = (0, self._column(place or 0.0) + 2)
            elif guide.y is not None:
                place = _within(guide.y, self.y_axis)
                x, low = np.array([0.0, 1.0]), np.full(2, place or 0.0)
                high, at = low, (self._row(place or 0.0), self.columns - len(guide.label))
            else:
                continue
            if place is not None:
                bands.append(Band(x, low, high, ink if self.color else None))
                labels.append(Label(guide.label, *at, ink, guide.x is None))
        return bands, labels

    def ends(self, curves: Sequence[tuple[str, Line]]) -> list[Label]:
        """Return labels at the right ends of curves."""
        labels = []
        for text, line in curves:
            if line.x.size:
                first, last = (self.rows - 1 - int(line.y[at]) // DOTS_DOWN for at in (0, -1))
                column = int(line.x[-1]) // DOTS_ACROSS - len(text)
                labels.append(Label(text, last, column, frame_color(self.dark), first == last))
        return labels

    def exits(self, curve: Curve, last: int) -> list[Glyphs]:
        """Return arrows where a curve leaves the frame, up to the ``last`` dot from the left."""
        tone = self._ink(curve.series.color_index, frame_color(self.dark))
        ink = (frame_color(self.dark) if curve.series.quiet else tone) if self.color else None
        ways = (("▲", 0, curve.exits.above), ("▼", self.rows - 1, curve.exits.below))
        found = []
        for glyph, row, places in ways:
            if not places.size:
                continue
            dots = np.rint(places.clip(0, 1) * (self.columns * DOTS_ACROSS - 1)).astype(np.int64)
            columns = np.unique(dots[dots <= last] // DOTS_ACROSS)
            found.append(Glyphs(np.full_like(columns, row), columns, glyph, ink))
        return found

    def labelled(self, canvas: Sequence[Row], labels: Sequence[Label]) -> list[Row]:
        """Return the canvas with labels beside their places, wherever they hide least."""
        rows = list(canvas)
        for label, row, column, ink, level in labels:
            text = shortened(label, self.columns)
            right = min(max(column, 0), self.columns - len(text))
            near = [at for at in (row - 1, row + 1, row) if 0 <= at < len(rows)]
            starts = [right, 0] if level else [right]
            places = [(at, start) for start in starts for at in near]
            at, start = min(places, key=lambda place: _taken(rows[place[0]], place[1], len(text)))
            rows[at] = written(rows[at], start, text, ink if self.color else None)
        return rows

    def marked(self, canvas: Sequence[Row], marks: Sequence[Mark]) -> list[Row]:
        """Return the canvas with the marks that are within the axes."""
        rows = list(canvas)
        stacked: dict[tuple[int, bool], int] = {}
        for mark in marks:
            x, y = _within(mark.x, self.x_axis), _within(mark.y, self.y_axis)
            if x is None or (y is None and not np.isinf(mark.y)):
                continue
            column = self._column(x)
            if y is None:
                side = column, mark.y > 0
                depth = stacked[side] = stacked.get(side, -1) + 1
                row = min(depth, self.rows - 1) if mark.y > 0 else max(self.rows - 1 - depth, 0)
            else:
                row = self._row(y)
            ink = self._ink(mark.color_index, contrast_color(self.dark), mark.faint)
            rows[row] = written(rows[row], column, mark.glyph, ink if self.color else None)
        return rows

    def _ink(self, index: int | None, other: RGB, faint: bool = False) -> RGB:
        if index is None:
            return frame_color(self.dark) if faint else other
        return (faint_color if faint else run_color)(index, self.dark)

    def _column(self, place: float) -> int:
        return cell(place, self.columns, DOTS_ACROSS)

    def _row(self, place: float) -> int:
        return self.rows - 1 - cell(place, self.rows, DOTS_DOWN)


def _within(value: float, axis: Axis) -> float | None:
    """Return where a value is as a fraction of the axis, or ``None`` if it is not on it."""
    place = float(axis.place(units(np.array([value]), axis.log))[0])
    return min(max(place, 0.0), 1.0) if -_EDGE <= place <= 1 + _EDGE else None


def _taken(row: Row, start: int, size: int) -> int:
    part = cut(row, start, start + size)
    return sum(character not in BLANKS for text, _ in part for character in text)
