"""Lines of a chart, made segment by segment."""

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import Monochrome

from optplay.plots import Picture
from optplay.plots.palette import Duo
from optplay.tui.widgets.cells import Inks

RED, BLUE = (255, 0, 0), (0, 0, 255)
ROWS = ((("▀▀", Duo(RED, BLUE)), ("  ", Duo(None, RED)), ("ab", RED), ("cd", None)),) * 3


def inks(*filters: Monochrome) -> Inks:
    return Inks(Style(), Style(color="#00ff00"), filters, Color(0, 0, 0))


def colors(segment: Segment) -> tuple[str | None, str | None]:
    style = segment.style
    assert style is not None
    return style.color and style.color.name, style.bgcolor and style.bgcolor.name


def test_a_cell_may_have_a_colour_behind_it() -> None:
    for line in inks().lines(Picture(ROWS), None):
        assert [segment.text for segment in line] == ["▀▀", "  ", "ab", "cd"]
        assert [colors(segment) for segment in line] == [
            ("#ff0000", "#0000ff"),
            (None, "#ff0000"),
            ("#ff0000", None),
            (None, None),
        ]


def test_a_cursor_passes_over_cells_of_a_colour() -> None:
    for column in range(8):
        line, *axis = inks().lines(Picture(ROWS), column)
        assert "".join(segment.text for segment in line).replace("│", " ") == "▀▀  abcd"
        assert all(len(row) == 4 for row in axis)
        assert sum(segment.cell_length for segment in line) == 8


def test_a_screen_without_colours_gets_none() -> None:
    line, *_ = inks(Monochrome()).lines(Picture(ROWS[:1]), None)
    for color in (color for segment in line for color in colors(segment) if color):
        assert color[1:3] == color[3:5] == color[5:]
