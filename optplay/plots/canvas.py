"""Lines of dots, drawn by plotext.

plotext 6 aborts the process on a NaN, raises on infinities, and prints warnings about ticks it
cannot place. So it is given no ticks and no axes, only whole dots of the canvas. It takes a time
that is fixed for each figure, and more for each dot; so all curves of a chart are drawn on one
sheet, each on a canvas of its own below the others, and only where they changed.
"""

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optplay.plots.dots import BLANK
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN
from optplay.plots.series import Array

Codes = NDArray[np.uint8]

_INK = (255, 255, 255)
# Of a dot, but for a little, so that no rounding decides where a line goes that passes just between
# two dots: it would be another one with each sheet.
_MIDDLE = 0.513
_SHEET_CELLS = 3000  # beyond it plotext takes longer for each


@dataclass(frozen=True, eq=False)
class Line:
    """Dots that are joined.

    Attributes:
        x, y: shape (m,), the number of each dot from the left and from the bottom.
        parts: shape (m,); dots are joined only where these are equal.
    """

    x: Array
    y: Array
    parts: NDArray[np.int64]

    def common(self, other: "Line") -> int:
        """Return how many dots at the beginning are the same."""
        size = min(self.x.size, other.x.size)
        pairs = ((self.x, other.x), (self.y, other.y), (self.parts, other.parts))
        differs = np.zeros(size, dtype=bool)
        for one, two in pairs:
            differs |= one[:size] != two[:size]
        return int(np.argmax(differs)) if differs.any() else size

    def since(self, index: int) -> "Line":
        return Line(self.x[index:], self.y[index:], self.parts[index:])


def draw(columns: int, rows: int, lines: Sequence[Line]) -> list[Codes]:
    """Return the bits of each line's dots in each cell, shape (rows, columns), as braille has them.

    Call it from one thread only.
    """
    drawn = [np.zeros((rows, columns), dtype=np.uint8) for _ in lines]
    sheet: list[_Piece] = []
    used = 0
    for line, codes in zip(lines, drawn, strict=True):
        if line.x.size:
            low, high = (int(end) // DOTS_DOWN for end in (line.y.min(), line.y.max()))
            sheet.append(_Piece(line, used, low, high - low + 1, codes))
            used += high - low + 1
            if used * columns > _SHEET_CELLS:
                _draw_sheet(columns, sheet, used)
                sheet, used = [], 0
    if sheet:
        _draw_sheet(columns, sheet, used)
    return drawn


class _Piece(NamedTuple):
    """Where a line is drawn on a sheet: in rows of its own, no more than it needs."""

    line: Line
    above: int  # rows of the sheet before it
    low: int  # its lowest row on the canvas, from the bottom
    rows: int
    codes: Codes


def _draw_sheet(columns: int, pieces: Sequence[_Piece], rows: int) -> None:
    figure = _figure()
    figure.clear.data()
    figure.plot_size(columns, rows)
    for line, above, low, high, _ in pieces:
        up = line.y + (rows - above - high - low) * DOTS_DOWN
        x, y = (line.x + _MIDDLE) / (columns * DOTS_ACROSS), (up + _MIDDLE) / (rows * DOTS_DOWN)
        figure.draw(_signal(x, y, line.parts))
    text: str = figure.build().string(colorless=True)
    glyphs = np.frombuffer("".join(text.split("\n")[:rows]).encode("utf-32-le"), dtype="<u4")
    sheet = np.where(glyphs > BLANK, glyphs - BLANK, 0).astype(np.uint8).reshape(rows, columns)
    for _, above, low, high, codes in pieces:
        bottom = len(codes) - low
        codes[bottom - high : bottom] = sheet[above : above + high]


def redraw(
    columns: int, rows: int, lines: Sequence[Line], known: Sequence[tuple[Line, Codes] | None]
) -> list[Codes]:
    """Return the same as ``draw``; of what was drawn before what did not change is used again."""
    result: list[Codes] = []
    parts: list[tuple[int, Line, int, int]] = []
    for index, (line, before) in enumerate(zip(lines, known, strict=True)):
        codes = np.zeros((rows, columns), dtype=np.uint8) if before is None else before[1]
        result.append(codes)
        if before is not None and before[0] is line:
            continue
        common = 0 if before is None else before[0].common(line)
        if before is not None and common == line.x.size == before[0].x.size:
            continue
        # From the cell on in which the last common dot lies, and from a dot before that cell on.
        first = int(line.x[common - 1]) // DOTS_ACROSS if common else 0
        start = int(np.searchsorted(line.x, first * DOTS_ACROSS)) if common else 0
        parts.append((index, line.since(max(start - 1, 0)), first, max(start - 1, 0)))
    if not parts:
        return result
    left = min(int(line.x[0]) // DOTS_ACROSS if line.x.size else 0 for _, line, _, _ in parts)
    left = min(left, *(first for _, _, first, _ in parts), columns - 1)
    moved = [Line(line.x - left * DOTS_ACROSS, line.y, line.parts) for _, line, _, _ in parts]
    for (index, _, first, _), new in zip(parts, draw(columns - left, rows, moved), strict=True):
        codes = result[index].copy()
        codes[:, first:] = new[:, first - left :]
        result[index] = codes
    return result


@cache
def _plotext() -> Any:
    # Imported here because it takes a noticeable part of the program's start, and by name
    # because it has no types.
    # Its manual, made as it is imported, takes most of that, and we ask it for none.
    manual: Any = ModuleType("plotext._doc.doc")
    manual.docs = None
    sys.modules.setdefault(manual.__name__, manual)
    plotext = importlib.import_module("plotext")
    # Otherwise a chart is cut to the size of the terminal.
    plotext.terminal.limit(False, False)
    return plotext


def warm_up() -> None:
    """Import plotext now, in whichever thread: no screen should wait the half second it takes."""
    _plotext()


@cache
def _figure() -> Any:
    """Return plotext's figure, set up once for all charts: that takes as long as drawing one."""
    figure = _plotext().figure
    figure.clear()
    figure.axes(False)
    figure.legend(False)
    figure.canvas("default")
    for axis in ("x", "y"):
        ruler = figure.ruler(axis)
        ruler.frequency(0)
        ruler.lim(0, 1)
        ruler.alignment(lim="edge")
    return figure


@cache
def _ink() -> Any:
    plotext = _plotext()

    class Ink(plotext.marker):  # type: ignore[misc, name-defined]
        # plotext copies the marker for each point and then never changes the copies; that was
        # a third of the time of a chart.
        def __copy__(self) -> Any:
            return self

    return Ink("braille", pixel=plotext.pixel(_INK))


def _signal(x: Array, y: Array, parts: NDArray[np.int64]) -> Any:
    signal = _figure().signal(x.tolist(), y.tolist(), marker=_ink())
    # plotext walks over all points to see which colours are taken, for picking the next one. We
    # pick them all; without this a chart takes twice the time. Harmless if the name goes away.
    signal._get_unique_pixels = list
    signal.lines(True)
    for start in np.flatnonzero(parts[1:] != parts[:-1]) + 1:
        signal.line(int(start), False)
    return signal
