"""Layers of dots and single characters, made one picture."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optplay.plots.canvas import Codes
from optplay.plots.dots import BLANK
from optplay.plots.palette import RGB, Duo, Ink
from optplay.plots.picture import DOTS_ACROSS, Row, Span

_LEFT_DOTS = 0x47  # the bits of a braille character's left column
Indices = NDArray[np.int64]


class Layer(NamedTuple):
    """Dots of one colour: the bits of each cell, shape (rows, columns)."""

    codes: Codes
    ink: RGB | None


class Glyphs(NamedTuple):
    """A character in some cells, by their rows from the top and their columns."""

    rows: Indices
    columns: Indices
    character: str
    ink: RGB | None


def up_to(codes: Codes, dot: int) -> Codes:
    """Return the dots whose number from the left is not above ``dot``."""
    cell, half = divmod(dot + 1, DOTS_ACROSS)
    if cell >= codes.shape[1]:
        return codes
    result = codes.copy()
    result[:, cell + half :] = 0
    if half:
        result[:, cell] &= _LEFT_DOTS
    return result


class Sheet:
    """Cells on which layers are drawn, from the front to the back: but dots in one cell join."""

    def __init__(self, columns: int, rows: int) -> None:
        self._bits = np.zeros((rows, columns), dtype=np.uint8)
        self._glyphs = np.zeros((rows, columns), dtype="<u4")
        self._owner = np.zeros((rows, columns), dtype=np.int64)
        self._inks: list[RGB | None] = [None]
        self._back = np.zeros((rows, columns), dtype=np.int64)
        self._backs: list[RGB | None] = [None]
        self._parity = np.add.outer(np.arange(rows), np.arange(columns)) % 2

    def curves(self, layers: Sequence[Layer]) -> None:
        """Draw curves, the last on top: a cell has the colour of the topmost one."""
        for codes, ink in layers:
            self._bits |= codes
            self._owner[codes > 0] = self._own(ink)

    def behind(self, layers: Sequence[Layer]) -> None:
        """Draw where nothing is yet; those that overlap take turns, as a cell has one colour."""
        free = self._bits == 0
        taken = np.zeros_like(free)
        for index, (codes, ink) in enumerate(layers):
            here = free & (codes > 0) & (~taken | (self._parity == index % 2))
            self._bits[here], self._owner[here] = codes[here], self._own(ink)
            taken |= here

    def tint(self, layers: Sequence[tuple[NDArray[np.bool_], RGB]]) -> None:
        """Colour what is behind cells, shape (rows, columns); those that overlap take turns."""
        for index, (cells, ink) in enumerate(layers):
            here = cells & ((self._back == 0) | (self._parity == index % 2))
            self._backs.append(ink)
            self._back[here] = len(self._backs) - 1

    def put(self, glyphs: Sequence[Glyphs]) -> None:
        """Set characters in place of what is there."""
        for rows, columns, character, ink in glyphs:
            self._glyphs[rows, columns] = ord(character)
            self._owner[rows, columns] = self._own(ink)

    def _own(self, ink: RGB | None) -> int:
        if ink is None:
            return 0
        self._inks.append(ink)
        return len(self._inks) - 1

    def rows(self) -> list[Row]:
        drawn = np.where(self._bits > 0, self._bits.astype("<u4") + BLANK, ord(" "))
        glyphs = np.where(self._glyphs > 0, self._glyphs, drawn).astype("<u4")
        size = glyphs.shape[1]
        text = glyphs.tobytes().decode("utf-32-le")
        keys = self._owner * len(self._backs) + self._back
        changed = np.ones(keys.shape, dtype=bool)
        changed[:, 1:] = keys[:, 1:] != keys[:, :-1]
        starts = np.flatnonzero(changed)
        found = keys.ravel()[starts].tolist()
        inks = {key: self._ink(*divmod(key, len(self._backs))) for key in set(found)}
        ends = [*starts[1:].tolist(), len(text)]
        rows: list[list[Span]] = [[] for _ in keys]
        for start, end, key in zip(starts.tolist(), ends, found, strict=True):
            rows[start // size].append((text[start:end], inks[key]))
        return [tuple(row) for row in rows]

    def _ink(self, owner: int, back: int) -> Ink:
        behind = self._backs[back]
        return self._inks[owner] if behind is None else Duo(self._inks[owner], behind)
