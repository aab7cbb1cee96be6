"""What a terminal would show of a chart."""

import re
import unicodedata

import pyte

from optplay.plots import Picture

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
BRAILLE = re.compile("[\u2801-\u28ff]")


def rows_of(chart: str) -> list[str]:
    """Return the lines of a chart without colour, each character of which is one cell."""
    rows = ESCAPE.sub("", chart).split("\n")
    for character in set("".join(rows)):
        assert character.isprintable(), repr(character)
        assert unicodedata.east_asian_width(character) not in "WF", character
    return rows


def assert_size(chart: str, width: int, height: int) -> None:
    """Fail unless the chart has exactly this many lines and cells."""
    assert [len(row) for row in rows_of(chart)] == [width] * height


def shown(picture: Picture) -> pyte.Screen:
    """Return the screen of a terminal on which a picture was printed."""
    width = sum(len(text) for text, _ in picture.rows[0])
    screen = pyte.Screen(width + 1, len(picture.rows))
    pyte.Stream(screen).feed(picture.text().replace("\n", "\r\n"))
    return screen


def pixels(picture: Picture) -> list[list[str]]:
    """Return the colours, as hexadecimal numbers, of the plot's pixels, two to a cell."""
    screen = shown(picture)
    rows: list[list[str]] = []
    for line in range(picture.top, picture.top + picture.lines):
        cells = [screen.buffer[line][picture.left + at] for at in range(picture.columns)]
        rows.append([cell.fg if cell.data == "▀" else cell.bg for cell in cells])
        rows.append([cell.bg for cell in cells])
    return rows


def hexadecimal(color: tuple[int, int, int]) -> str:
    return "{:02x}{:02x}{:02x}".format(*color)
