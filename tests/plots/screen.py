"""What a terminal would show of a chart."""

import re
import unicodedata

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
