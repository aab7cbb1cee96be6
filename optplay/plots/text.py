"""Text as pictures, and how wide a terminal shows it."""

import unicodedata
from collections.abc import Iterable
from textwrap import wrap

from optplay.plots.palette import RGB
from optplay.plots.picture import Picture, Row, Span

_MARGIN = 4  # of a notice


def text_picture(rows: Iterable[Row], width: int, height: int) -> Picture:
    """Return the rows, cut or padded with blanks to ``height`` rows of ``width`` cells.

    A character that would be cut in two becomes a blank, as does one that is not printable.
    """
    width = max(width, 0)
    fitted = [_fitted(row, width) for row, _ in zip(rows, range(height), strict=False)]
    fitted += [_fitted((), width)] * (height - len(fitted))
    return Picture(tuple(fitted))


def text_cells(text: str) -> int:
    """Return how many cells a terminal gives to ``text``."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def shortened(text: str, cells: int) -> str:
    """Return ``text`` without what is not printable, cut with an ellipsis if longer than that."""
    text = "".join(c for c in text if c.isprintable())
    if text_cells(text) <= cells:
        return text
    while text and text_cells(text) > cells - 1:
        text = text[:-1]
    return text + "…"


def notice(text: str, width: int, height: int, color: RGB | None = None) -> Picture:
    """Return ``height`` rows of ``width`` cells with a text in the middle, wrapped and centred."""
    lines = [part for line in text.split("\n") for part in wrap(line, max(width - _MARGIN, 1))]
    lines = lines[: max(height, 0)]
    above = (height - len(lines)) // 2
    centred = [((line[:width].center(width), color),) for line in lines]
    empty: Row = ((" " * width, None),) if width > 0 else ()
    rows: list[Row] = [empty] * above + centred + [empty] * (height - above - len(lines))
    return Picture(tuple(rows))


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fitted(row: Row, width: int) -> Row:
    spans: list[Span] = []
    room = width
    for text, ink in row:
        shown = text if text.isprintable() else _printable(text)
        part = shown if text_cells(shown) <= room else _start(shown, room)
        if part:
            spans.append((part, ink))
        room -= text_cells(part)
    if room:
        spans.append((" " * room, None))
    return tuple(spans)


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _start(text: str, room: int) -> str:
    for end, character in enumerate(text):
        left = room - _cells(character)
        if left < 0:
            return text[:end] + " " * room
        room = left
    return text
