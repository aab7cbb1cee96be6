"""What a chart is before it becomes text: runs of coloured cells, and where its axis stands."""

from dataclasses import dataclass

from optplay.plots.palette import RGB, paint

Span = tuple[str, RGB | None]
Row = tuple[Span, ...]

# A braille character is 2 dots wide and 4 dots high.
DOTS_ACROSS, DOTS_DOWN = 2, 4


def cell(place: float, cells: int, dots: int) -> int:
    """Return the cell, counted from the low end, in which a fraction in [0, 1] is drawn."""
    # The nearest dot first, as for the curves, so that a tick and a value never part.
    return round(min(max(place, 0.0), 1.0) * (cells * dots - 1)) // dots


@dataclass(frozen=True)
class Picture:
    """A chart of coloured cells.

    Attributes:
        rows: from top to bottom, each a tuple of (text, colour) pairs of equal widths in all;
            ``None`` is the colour of what the terminal writes itself.
        left: the column of the plot's first cell.
        columns: how many cells wide the plot is; 0 if there is none.
        x_low, x_high: the values at the ends of the bottom axis.
    """

    rows: tuple[Row, ...]
    left: int = 0
    columns: int = 0
    x_low: float = 0.0
    x_high: float = 0.0

    def column(self, x: float) -> int | None:
        """Return the column where ``x`` stands, or ``None`` outside of the axis."""
        if not (self.columns and self.x_low <= x <= self.x_high):
            return None
        place = (x - self.x_low) / (self.x_high - self.x_low)
        return self.left + cell(place, self.columns, DOTS_ACROSS)

    def text(self) -> str:
        """Return the rows as lines, with ANSI escapes for the colours."""
        return "\n".join("".join(paint(text, ink) for text, ink in row) for row in self.rows)
