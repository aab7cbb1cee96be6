"""A field of pixels, two to a cell, and the characters that are set on it."""

import numpy as np
from numpy.typing import NDArray

from optplay.plots.dots import BLANK, Dots, braille
from optplay.plots.palette import RGB, Duo, Ink, contrast_to
from optplay.plots.picture import Row, Span
from optplay.plots.ramps import Ramp
from optplay.plots.series import Array

PIXELS_DOWN = 2  # of a cell
_HALF, _FULL, _HATCH = ord("▀"), ord(" "), ord("╱")

Indices = NDArray[np.int64]


class Sheet:
    """Cells on which characters are set; they keep the field's colour behind them."""

    def __init__(self, values: Array, levels: Array, ramp: Ramp, color: bool) -> None:
        """Paint a field.

        Args:
            values: shape (2 rows, columns), from the top; NaN is hatched.
            levels: the limits between the ramp's colours, never decreasing.
            ramp: a colour for each band between two limits.
            color: if false the ramp's shades take the place of its colours.
        """
        bands = np.searchsorted(levels, values)
        # A missing value is a band of its own, after the ramp's.
        bands[np.isnan(values)] = len(ramp.colors)
        upper, lower = bands[::PIXELS_DOWN], bands[1::PIXELS_DOWN]
        self._colored = color
        self._colors: list[RGB | None] = [*ramp.colors, ramp.missing[1], ramp.missing[0], None]
        hatched = np.minimum(upper, lower) == len(ramp.colors)
        middle = (upper + lower) // 2
        one_missing = (np.maximum(upper, lower) == len(ramp.colors)) & ~hatched
        self._middle = np.where(one_missing, np.minimum(upper, lower), middle)
        if color:
            even = upper == lower
            self._glyphs = np.where(even, _FULL, _HALF)
            self._fore = np.where(even, len(ramp.colors) + 2, upper)
            self._back = lower.copy()
        else:
            self._glyphs = np.array([*map(ord, ramp.shades), _HATCH])[self._middle]
            self._fore = self._back = np.zeros_like(upper)
        self._glyphs[hatched] = _HATCH
        self._fore[hatched] = len(ramp.colors) + 1
        self._stroked = np.zeros(upper.shape, dtype=bool)
        self._diagonal = np.add.outer(*(np.arange(size) for size in upper.shape))

    def stroke(self, dots: Dots, color: RGB, turn: int = 0, of: int = 1) -> None:
        """Draw dots (4 rows, 2 columns) from the top; ``of`` lines that meet take turns."""
        codes = braille(dots)
        # A cell has one colour.
        here = (codes > BLANK) & (~self._stroked | (self._diagonal % of == turn))
        self._stroked |= here
        self._set(here, codes[here], color)

    def put(self, rows: Indices, columns: Indices, glyph: str, color: RGB | None) -> None:
        """Set a character in cells, counted from the top left; ``None`` takes black or white."""
        if color is not None or not self._colored:
            self._set((rows, columns), ord(glyph), color)
            return
        for row, column in zip(rows, columns, strict=True):
            behind = self._colors[self._middle[row, column]]
            contrast = contrast_to(behind) if behind else None
            self._set((np.array([row]), np.array([column])), ord(glyph), contrast)

    def _set(
        self, where: Dots | tuple[Indices, Indices], glyphs: int | Indices, color: RGB | None
    ) -> None:
        self._glyphs[where] = glyphs
        if self._colored:
            self._fore[where], self._back[where] = self._index(color), self._middle[where]

    def _index(self, color: RGB | None) -> int:
        if color not in self._colors:
            self._colors.append(color)
        return self._colors.index(color)

    def rows(self) -> list[Row]:
        rows, columns = self._glyphs.shape
        text = self._glyphs.astype("<u4").tobytes().decode("utf-32-le")
        if not self._colored:
            return [((text[at : at + columns], None),) for at in range(0, len(text), columns)]
        count = len(self._colors)
        keys = self._fore * count + self._back
        changed = np.ones(keys.shape, dtype=bool)
        changed[:, 1:] = keys[:, 1:] != keys[:, :-1]
        starts = np.flatnonzero(changed)
        row_ends = np.cumsum(changed.sum(axis=1)).tolist()
        run_keys = keys.ravel()[starts].tolist()
        inks = {key: self._ink(*divmod(key, count)) for key in set(run_keys)}
        ends = [*starts[1:].tolist(), rows * columns]
        spans: list[Span] = [
            (text[start:end], inks[key])
            for start, end, key in zip(starts.tolist(), ends, run_keys, strict=True)
        ]
        return [
            tuple(spans[start:end])
            for start, end in zip([0, *row_ends[:-1]], row_ends, strict=True)
        ]

    def _ink(self, fore: int, back: int) -> Ink:
        behind = self._colors[back]
        return self._colors[fore] if behind is None else Duo(self._colors[fore], behind)


def cells(places: Array, count: int, dots: int) -> Indices:
    """Return in which of ``count`` cells, from the low end, fractions in [0, 1] are drawn."""
    nearest: Indices = np.rint(places * (count * dots - 1)).astype(np.int64) // dots
    return nearest


def pixel_places(count: int, dots: int) -> Array:
    """Return where the middles of pixels, each ``dots`` wide, lie as fractions of an axis.

    An axis goes from the middle of its first dot to that of its last one.
    """
    return (dots * np.arange(count) + (dots - 1) / 2) / (count * dots - 1)


def on_grid(values: Array, across: Array, up: Array) -> Array:
    """Return the values of the grid's cells, which tile the unit square, at these places."""
    down, wide = values.shape
    row = np.minimum((up * down).astype(np.int64), down - 1)
    column = np.minimum((across * wide).astype(np.int64), wide - 1)
    return values[np.ix_(row, column)]
