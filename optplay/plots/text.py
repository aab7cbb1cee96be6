"""Text as pictures, and how wide a terminal shows it."""

import unicodedata
from collections.abc import Iterable

from optplay.plots.picture import Picture, Row, Span


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
