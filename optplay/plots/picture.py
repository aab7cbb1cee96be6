"""What a chart is before it becomes text: runs of coloured cells, and where its axis stands."""

import math
from dataclasses import dataclass

from optplay.plots.palette import Ink, paint

Span = tuple[str, Ink]
Row = tuple[Span, ...]

# A braille character is 2 dots wide and 4 dots high.
DOTS_ACROSS, DOTS_DOWN = 2, 4

BLANKS = " \u2800"  # cells that show nothing


def cell(place: float, cells: int, dots: int) -> int:
    """Return the cell, counted from the low end, in which a fraction in [0, 1] is drawn."""
    # The nearest dot first, as for the curves, so that a tick and a value never part.
    return round(min(max(place, 0.0), 1.0) * (cells * dots - 1)) // dots


def cut(row: Row, start: int, end: int) -> Row:
    """Return the cells of a row from ``start`` to before ``end``; a character is a cell."""
    spans: list[Span] = []
    for text, ink in row:
        part = text[max(start, 0) : max(end, 0)]
        if part:
            spans.append((part, ink))
        start, end = start - len(text), end - len(text)
    return tuple(spans)


def written(row: Row, at: int, text: str, ink: Ink) -> Row:
    """Return a row with ``text`` in place of what stood there, cut where the row ends."""
    size = sum(len(part) for part, _ in row)
    start, end = max(at, 0), min(at + len(text), size)
    if start >= end:
        return row
    return (*cut(row, 0, start), (text[start - at : end - at], ink), *cut(row, end, size))


@dataclass(frozen=True)
class Picture:
    """A chart of coloured cells.

    Attributes:
        rows: from top to bottom, each a tuple of (text, ink) pairs of equal widths in all; an ink
            is a colour, or a ``Duo`` of colours, or ``None`` for what the terminal writes itself.
        left, top: the column and the row of the plot's first cell.
        columns, lines: how many cells wide and high the plot is; 0 if there is none.
        x_low, x_high, y_low, y_high: the values at the ends of the axes; on a log axis their
            exponents of ten.
        log_x, log_y: whether the axis is logarithmic.
    """

    rows: tuple[Row, ...]
    left: int = 0
    columns: int = 0
    x_low: float = 0.0
    x_high: float = 0.0
    top: int = 0
    lines: int = 0
    y_low: float = 0.0
    y_high: float = 0.0
    log_x: bool = False
    log_y: bool = False

    def column(self, x: float) -> int | None:
        """Return the column where ``x`` stands, or ``None`` outside of the axis."""
        place = _place(x, self.x_low, self.x_high, self.log_x) if self.columns else None
        return None if place is None else self.left + cell(place, self.columns, DOTS_ACROSS)

    def row(self, y: float) -> int | None:
        """Return the row where ``y`` stands, or ``None`` outside of the axis."""
        place = _place(y, self.y_low, self.y_high, self.log_y) if self.lines else None
        if place is None:
            return None
        return self.top + self.lines - 1 - cell(place, self.lines, DOTS_DOWN)

    def at(self, column: int, row: int) -> tuple[float, float] | None:
        """Return the values (x, y) in the middle of a cell; ``None`` outside of the plot."""
        across, down = column - self.left, row - self.top
        if not (0 <= across < self.columns and 0 <= down < self.lines):
            return None
        x = _value(across, self.columns, DOTS_ACROSS, self.x_low, self.x_high)
        y = _value(self.lines - 1 - down, self.lines, DOTS_DOWN, self.y_low, self.y_high)
        return (10.0**x if self.log_x else x), (10.0**y if self.log_y else y)

    def text(self) -> str:
        """Return the rows as lines, with ANSI escapes for the colours."""
        return "\n".join("".join(paint(text, ink) for text, ink in row) for row in self.rows)


def _place(value: float, low: float, high: float, log: bool) -> float | None:
    if log:
        value = math.log10(value) if value > 0 else -math.inf
    return (value - low) / (high - low) if low <= value <= high else None


def _value(at: int, cells: int, dots: int, low: float, high: float) -> float:
    place = (dots * at + (dots - 1) / 2) / (cells * dots - 1)
    return low + place * (high - low)
