"""Bands and dotted lines behind the curves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optplay.plots.canvas import Codes
from optplay.plots.dots import BLANK, braille
from optplay.plots.palette import RGB
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN
from optplay.plots.series import Array

Cells = NDArray[np.bool_]


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


def dotted(columns: int, rows: int, band: Band) -> Codes:
    """Return the bits of a band's dots, every second of them."""
    dots = _dots(columns, rows, band)
    every_second = np.add.outer(*(np.arange(size) for size in dots.shape)) % 2 == 1
    return (braille(dots & every_second) - BLANK).astype(np.uint8)


def covered(columns: int, rows: int, band: Band) -> Cells:
    """Return which cells a band covers, a quarter of them at least.

    Behind them the band is to be seen also where a curve runs, as it does in the middle of a
    narrow one; dots, of which a cell has no room for two colours, would be hidden there.
    """
    dots = _dots(columns, rows, band, flat=False)
    cells = dots.reshape(rows, DOTS_DOWN, columns, DOTS_ACROSS).sum(axis=(1, 3))
    result: Cells = cells >= DOTS_DOWN * DOTS_ACROSS // 4
    return result


def _dots(columns: int, rows: int, band: Band, flat: bool = True) -> Cells:
    across, up = np.arange(columns * DOTS_ACROSS), np.arange(rows * DOTS_DOWN)[::-1, None]
    if not band.x.size:
        return np.zeros((up.size, across.size), dtype=bool)
    edges = [_edge(band.x, edge, across, up.size) for edge in (band.low, band.high)]
    low, high = np.minimum(*edges), np.maximum(*edges)
    dots: Cells = (up >= low) & (up <= high) & (flat | (low < high))
    return dots


def _edge(x: Array, y: Array, across: NDArray[np.int64], dots: int) -> Array:
    """Return the dot, from the bottom, of an edge at each dot across; NaN where there is none."""
    places = np.round(np.clip(x, 0, 1) * (across.size - 1))
    edge = np.interp(across, places, np.clip(y, 0, 1), left=np.nan, right=np.nan)
    dot: Array = np.round(edge * (dots - 1))
    return dot
