"""Rows of text above and below pictures: the key to their colours, what is told of each run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from optplay.plots.look import Look
from optplay.plots.palette import MARKERS, frame_color, run_color, run_marker
from optplay.plots.picture import Picture, Row, Span
from optplay.plots.text import shortened, text_cells, text_picture

_GAP = "   "  # between two runs of a legend
# Before and behind a label: its mark, and blanks.
INDENT = 4


def legend(
    labels: Sequence[str], *, width: int = 80, color: bool = True, dark: bool = True
) -> Picture:
    """Return the labels in one row, each after the colour or marker of the run of its index.

    It continues in further rows where ``width`` cells are not enough; a label longer than a row is
    cut.
    """
    rows: list[list[Span]] = []
    used = 0
    for index, label in enumerate(labels):
        key = (MARKERS[0], run_color(index, dark)) if color else (run_marker(index), None)
        text = shortened(label, width - 2)
        cells = 2 + text_cells(text)
        if rows and used + len(_GAP) + cells <= width:
            rows[-1] += [(_GAP, None), key, (f" {text}", None)]
            used += len(_GAP) + cells
        else:
            rows.append([key, (f" {text}", None)])
            used = cells
    return Picture(tuple(tuple(row) for row in rows))


def fitting(key: str, rows: list[Row], height: int, **look: Unpack[Look]) -> list[Row]:
    """A key and as many of the rows as a third of the height has room for; none for one alone."""
    quiet = frame_color(look["dark"]) if look["color"] else None
    room = height // 3
    return [((key, quiet),), *rows][:room] if room > 1 else []


def run_rows(
    labels: Sequence[str], told: Sequence[str], width: int, **look: Unpack[Look]
) -> list[Row]:
    """A row for each run: its mark, its label, and what is told of it."""
    room = max(width - INDENT - max(map(text_cells, told)), width // 4)
    names = [shortened(label, room) for label in labels]
    widest = max(map(text_cells, names))
    rows: list[Row] = []
    for run, (name, text) in enumerate(zip(names, told, strict=True)):
        mark = "●" if look["color"] else run_marker(run)
        ink = run_color(run, look["dark"]) if look["color"] else None
        space = " " * (widest - text_cells(name) + 2)
        rows.append(
            ((f"{mark} {name}{space}", ink), (shortened(text, width - INDENT - widest), None))
        )
    return rows


def with_rows(picture: Picture, rows: Sequence[Row], width: int) -> Picture:
    return replace(picture, rows=(*picture.rows, *text_picture(rows, width, len(rows)).rows))
