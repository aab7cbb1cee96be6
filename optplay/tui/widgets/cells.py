"""Lines of a chart, made segment by segment."""

from collections.abc import Sequence
from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from optplay.plots import Picture
from optplay.plots.palette import RGB, Duo, Ink
from optplay.plots.picture import BLANKS, Row, cut

FUTURE = Style(dim=True)
AXIS_ROWS = 2


@lru_cache(maxsize=4096)
def ink(color: Ink) -> Style:
    if isinstance(color, Duo):
        return Style(color=rich(color.fore), bgcolor=rich(color.back))
    return Style(color=rich(color))


def rich(color: RGB | None) -> RichColor | None:
    return None if color is None else RichColor.from_rgb(*color)


class Inks:
    """The styles of a chart's colours on its background, as the screen shows them."""

    def __init__(
        self, base: Style, cursor: Style, filters: Sequence[LineFilter], background: Color
    ) -> None:
        self._base, self._filters, self._background = base, filters, background
        self._known: dict[tuple[Ink, bool], Style] = {}
        self._drawn: tuple[Picture, tuple[int | None, int | None], list[list[Segment]]] | None = (
            None
        )
        self.cursor = self.shown(cursor)

    def shown(self, style: Style) -> Style:
        """A style as it comes to the screen: without colours, say, if there are to be none."""
        segments = [Segment("x", style)]
        for line_filter in self._filters:
            segments = line_filter.apply(segments, self._background)
        return segments[0].style or Style()

    def style(self, color: Ink = None, future: bool = False) -> Style:
        style = self._known.get((color, future))
        if style is None:
            style = self._base + ink(color) + (FUTURE if future else Style())
            style = self._known[color, future] = self.shown(style)
        return style

    def lines(
        self, picture: Picture, column: int | None, last: int | None = None
    ) -> list[list[Segment]]:
        """The rows of a picture, with a cursor in a column of its plot, and dimmed beyond it.

        Beyond the `last` column, if there is one, the plot is left empty.
        """
        drawn, at = self._drawn, (column, last)
        if not (drawn and drawn[0] is picture and drawn[1] == at):
            drawn = self._drawn = picture, at, self._lines(picture, column, last)
        return drawn[2]

    def _lines(self, picture: Picture, column: int | None, last: int | None) -> list[list[Segment]]:
        plain = len(picture.rows) if column is None else AXIS_ROWS
        place = len(picture.rows) - plain
        rows = picture.rows[:place]
        if last is not None:
            width = picture.left + picture.columns
            hidden = max(width - 1 - last, 0)
            rows = tuple((*cut(row, 0, last + 1), (" " * hidden, None)) for row in rows)
        return [
            *(self._cut(row, column or 0) for row in rows),
            *(self._cut(row, None) for row in picture.rows[place:]),
        ]

    def _cut(self, row: Row, column: int | None) -> list[Segment]:
        style = self.style
        if column is None:
            return [Segment(text, style(color)) for text, color in row]
        segments, at = [], 0
        for text, color in row:
            end = at + len(text)
            if end <= column:
                segments.append(Segment(text, style(color)))
            elif at > column:
                segments.append(Segment(text, style(color, True)))
            else:
                here = column - at
                free = text[here] in BLANKS
                under = Segment("│", self.cursor) if free else Segment(text[here], style(color))
                parts = Segment(text[:here], style(color)), under
                rest = Segment(text[here + 1 :], style(color, True))
                segments += [part for part in (*parts, rest) if part.text]
            at = end
        return segments
