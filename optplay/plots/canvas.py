"""The inner part of a chart, drawn by plotext.

plotext 6 aborts the process on a NaN, raises on infinities, and prints warnings about ticks it
cannot place. So it is given no ticks and no axes, only finite fractions of the canvas.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from optplay.plots.palette import RGB
from optplay.plots.series import Array, Run

# A braille character is 2 dots wide and 4 dots high.
DOTS_ACROSS, DOTS_DOWN = 2, 4
_MARK_SPACING = 8  # cells between two markers of a curve


@dataclass(frozen=True, eq=False)
class Curve:
    """Connected runs of points, each coordinate a fraction of the canvas in [0, 1].

    Attributes:
        runs: pairs (x, y) of non-empty 1-D arrays; a gap is left between two runs.
        color: the curve's colour.
        marker: the character that is set on the curve here and there; none if empty.
        filled: whether the area under each point is filled, instead of a line drawn.
    """

    runs: Sequence[Run]
    color: RGB
    marker: str = ""
    filled: bool = False


def cell(place: float, cells: int, dots: int) -> int:
    """Return the cell, counted from the low end, in which a fraction in [0, 1] is drawn."""
    return int(_positions(np.asarray(place), cells, dots))


def draw(
    columns: int,
    rows: int,
    curves: Sequence[Curve],
    *,
    cursor: tuple[float, RGB] | None = None,
    color: bool = True,
) -> list[str]:
    """Return ``rows`` lines of ``columns`` cells; call it from one thread only.

    ``cursor`` is a vertical line behind the curves: its fraction of the width, and its colour.
    """
    figure = _blank_figure(columns, rows)
    if cursor is not None:
        across = np.full(rows, cell(cursor[0], columns, DOTS_ACROSS) + 0.5, dtype=np.float64)
        up = np.arange(rows, dtype=np.float64) + 0.5
        figure.draw(_signal(across, up, "│", cursor[1]))
    curves = [curve for curve in curves if curve.runs]
    placed = [[_place(run, columns, rows) for run in curve.runs] for curve in curves]
    for curve, runs in zip(curves, placed, strict=True):
        figure.draw(_curve_signal(curve, runs))
    # Markers come last, and each curve's are shifted against the others', so that no curve
    # hides another's.
    for order, (curve, runs) in enumerate(zip(curves, placed, strict=True)):
        if curve.marker:
            marks = _marks(runs, columns, order, len(curves))
            figure.draw(_signal(*marks, curve.marker, curve.color))
    text: str = figure.build().string(colorless=not color)
    return text.split("\n")[:rows]


@cache
def _plotext() -> Any:
    # Imported here because it takes a noticeable part of the program's start, and by name
    # because it has no types.
    plotext = importlib.import_module("plotext")
    # Otherwise a chart is cut to the size of the terminal.
    plotext.terminal.limit(False, False)
    return plotext


def _blank_figure(columns: int, rows: int) -> Any:
    figure = _plotext().figure
    figure.clear()
    figure.plot_size(columns, rows)
    figure.axes(False)
    figure.legend(False)
    figure.canvas("default")
    for axis, cells in (("x", columns), ("y", rows)):
        ruler = figure.ruler(axis)
        ruler.frequency(0)
        ruler.lim(0, cells)
        ruler.alignment(lim="edge")
    return figure


def _signal(x: Array, y: Array, marker: str, color: RGB) -> Any:
    plotext = _plotext()
    ink = plotext.marker(marker, pixel=plotext.pixel(color))
    signal = plotext.figure.signal(x.tolist(), y.tolist(), marker=ink)
    # plotext walks over all points to see which colours are taken, for picking the next one. We
    # pick them all; without this a chart takes twice the time. Harmless if the name goes away.
    signal._get_unique_pixels = list
    return signal


def _curve_signal(curve: Curve, runs: Sequence[Run]) -> Any:
    signal = _signal(*_joined(runs), "braille", curve.color)
    if curve.filled:
        return signal.density("full", scope="fill").fillx()
    signal.lines(True)
    for start in np.cumsum([x.size for x, _ in runs[:-1]]):
        signal.line(int(start), False)
    return signal


def _marks(runs: Sequence[Run], columns: int, order: int, of: int) -> Run:
    """Return points of a curve, one in every eighth column, but one at least."""
    targets = np.arange(0.5 + _MARK_SPACING * order / of, columns, _MARK_SPACING)
    marks = []
    for x, y in runs:
        within = targets[(targets >= x[0]) & (targets <= x[-1])]
        marks.append((within, np.interp(within, x, y)))
    x, y = _joined(marks)
    if x.size:
        return x, y
    x, y = _joined(runs)
    only = [order % x.size]
    return x[only], y[only]


def _joined(runs: Sequence[Run]) -> Run:
    return np.concatenate([x for x, _ in runs]), np.concatenate([y for _, y in runs])


def _place(run: Run, columns: int, rows: int) -> Run:
    x, y = run
    return _positions(x, columns, DOTS_ACROSS), _positions(y, rows, DOTS_DOWN)


def _positions(places: Array, cells: int, dots: int) -> Array:
    """Return fractions as distances in cells: the middle of the nearest dot, 0 in the first."""
    # On whole dots, so that a curve and a tick at one value never part by a rounding.
    positions: Array = (np.round(np.clip(places, 0, 1) * (cells * dots - 1)) + 0.5) / dots
    return positions
