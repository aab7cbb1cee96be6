"""Rows of text above and below pictures: the key to their colours, what is told of each run."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Unpack

from optplay.plots.look import Look
from optplay.plots.palette import MARKERS, frame_color, run_color, run_marker
from optplay.plots.picture import Picture, Row, Span
from optplay.plots.text import shortened, text_cells, text_picture

_GAP = "   "  # between two runs of a legend
_ROOM = 8  # rows of a picture for which one of names is not too much
# Before and behind a label: its mark, and blanks.
INDENT = 4


def legend(
    labels: Sequence[str], *, width: int = 80, color: bool = True, dark: bool = True,
    places: Sequence[int] = (),
) -> Picture:  # fmt: skip
    """Return the labels in one row, each after the colour or marker of the run of its index.

    It continues in further rows where ``width`` cells are not enough; a label longer than a row is
    cut.

    Args:
        places: the indices of the runs; those of the labels if left out.
    """
    rows: list[list[Span]] = []
    used = 0
    for index, label in zip(places or range(len(labels)), labels, strict=True):
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


def named(
    draw: Callable[[int, int], Picture], labels: Sequence[str], places: Sequence[int],
    width: int, height: int, **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """A picture of a width and a height, and where there is room the names of its runs below."""
    rows = legend(labels, width=width, places=places, **look).rows
    if len(rows) * _ROOM > height:
        return draw(width, height)
    return with_rows(draw(width, height - len(rows)), rows, width)


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
