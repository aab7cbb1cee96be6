"""Faint bands behind the curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from optplay.plots.dots import BLANK, braille
from optplay.plots.palette import RGB
from optplay.plots.picture import BLANKS, DOTS_ACROSS, DOTS_DOWN, Row, Span
from optplay.plots.series import Array


@dataclass(frozen=True, eq=False)
class Band:
    """The area between two curves, each coordinate a fraction of the canvas in [0, 1].

    Attributes:
        x: shape (n,), never decreasing.
        low, high: shape (n,); NaN leaves a gap. Where they are equal it is a dotted line.
        color: the band's colour.
    """

    x: Array
    low: Array
    high: Array
    color: RGB | None


def behind(canvas: Sequence[Row], columns: int, bands: Sequence[Band]) -> list[Row]:
    """Return the rows of the canvas with the bands, as sparse dots, where it is blank.

    Of the ways tried this one reads best, on dark and light: full dots drown the curves, outlines
    look like more curves, and blocks hide where the band ends.
    """
    if not bands:
        return list(canvas)
    rows = len(canvas)
    across, up = np.arange(columns * DOTS_ACROSS), np.arange(rows * DOTS_DOWN)[::-1, None]
    every_second = (up + across) % 2 == 0
    parity = np.add.outer(np.arange(rows), np.arange(columns)) % 2
    glyphs = np.full((rows, columns), ord(" "), dtype="<u4")
    owner = np.full((rows, columns), len(bands))
    for index, band in enumerate(bands):
        low, high = (_edge(band.x, edge, across, up.size) for edge in (band.low, band.high))
        dots = every_second & (up >= np.minimum(low, high)) & (up <= np.maximum(low, high))
        codes = braille(dots)
        # A cell has one colour, so bands that overlap take turns.
        here = (codes > BLANK) & ((owner == len(bands)) | (parity == index % 2))
        glyphs[here], owner[here] = codes[here], index
    inks: list[RGB | None] = [*(band.color for band in bands), None]
    return [
        _under(row, line.tobytes().decode("utf-32-le"), [inks[band] for band in whose])
        for row, line, whose in zip(canvas, glyphs, owner.tolist(), strict=True)
    ]


def _edge(x: Array, y: Array, across: NDArray[np.int64], dots: int) -> Array:
    """Return the dot, from the bottom, of an edge at each dot across; NaN where there is none."""
    places = np.round(np.clip(x, 0, 1) * (across.size - 1))
    edge = np.interp(across, places, np.clip(y, 0, 1), left=np.nan, right=np.nan)
    dot: Array = np.round(edge * (dots - 1))
    return dot


def _under(row: Row, text: str, inks: list[RGB | None]) -> Row:
    """Return the row with its blanks replaced by the same cells of ``text``."""
    spans: list[Span] = []
    at = 0
    for part, ink in row:
        end = at + len(part)
        if ink is None:
            # Without colours the curves have none either.
            shown = "".join(
                behind if character in BLANKS else character
                for character, behind in zip(part, text[at:end], strict=True)
            )
            for color, group in groupby(range(at, end), inks.__getitem__):
                cells = list(group)
                spans.append((shown[cells[0] - at : cells[-1] + 1 - at], color))
        else:
            spans.append((part, ink))
        at = end
    return tuple(spans)
