"""Faint bands behind the curves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optplay.plots.canvas import Codes
from optplay.plots.dots import BLANK, braille
from optplay.plots.palette import RGB
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN
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


def dotted(columns: int, rows: int, band: Band) -> Codes:
    """Return the bits of a band's dots, every second of them.

    Of the ways tried this one reads best, on dark and light: full dots drown the curves, outlines
    look like more curves, and blocks hide where the band ends.
    """
    if not band.x.size:
        return np.zeros((rows, columns), dtype=np.uint8)
    across, up = np.arange(columns * DOTS_ACROSS), np.arange(rows * DOTS_DOWN)[::-1, None]
    low, high = (_edge(band.x, edge, across, up.size) for edge in (band.low, band.high))
    every_second = (up + across) % 2 == 0
    dots = every_second & (up >= np.minimum(low, high)) & (up <= np.maximum(low, high))
    return (braille(dots) - BLANK).astype(np.uint8)


def _edge(x: Array, y: Array, across: NDArray[np.int64], dots: int) -> Array:
    """Return the dot, from the bottom, of an edge at each dot across; NaN where there is none."""
    places = np.round(np.clip(x, 0, 1) * (across.size - 1))
    edge = np.interp(across, places, np.clip(y, 0, 1), left=np.nan, right=np.nan)
    dot: Array = np.round(edge * (dots - 1))
    return dot
