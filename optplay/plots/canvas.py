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

from optplay.plots.palette import RESET, RGB, escape
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN, Row
from optplay.plots.series import Array, Points

_MARK_SPACING = 8  # cells between two markers of a curve


@dataclass(frozen=True, eq=False)
class Stroke:
    """Connected runs of points, each coordinate a fraction of the canvas in [0, 1].

    Attributes:
        runs: pairs (x, y) of non-empty 1-D arrays; a gap is left between two runs.
        color: the curve's colour.
        marker: the character that is set on the curve here and there; none if empty.
        filled: whether the area under each point is filled, instead of a line drawn.
    """

    runs: Sequence[Points]
    color: RGB
    marker: str = ""
    filled: bool = False


def draw(columns: int, rows: int, curves: Sequence[Stroke], *, color: bool = True) -> list[Row]:
    """Return ``rows`` rows of ``columns`` cells; call it from one thread only."""
    figure = _figure()
    figure.clear.data()
    figure.plot_size(columns, rows)
    curves = [curve for curve in curves if curve.runs]
    placed = [[_place(run, columns, rows, curve.filled) for run in curve.runs] for curve in curves]
    for curve, runs in zip(curves, placed, strict=True):
        figure.draw(_curve_signal(curve, runs))
    # Markers come last, and each curve's are shifted against the others', so that no curve
    # hides another's.
    for order, (curve, runs) in enumerate(zip(curves, placed, strict=True)):
        if curve.marker:
            marks = _marks(runs, columns, order, len(curves))
            figure.draw(_signal(*marks, curve.marker, curve.color))
    text: str = figure.build().string(colorless=not color)
    inks = {escape(curve.color): curve.color for curve in curves}
    return [_row(line, inks) for line in text.split("\n")[:rows]]


def _row(line: str, inks: dict[str, RGB]) -> Row:
    spans: list[tuple[str, RGB | None]] = []
    for part in line.split(RESET):
        if part.startswith("\x1b"):
            end = part.index("m") + 1
            spans.append((part[end:], inks[part[:end]]))
        elif part:
            spans.append((part, None))
    return tuple(spans)


@cache
def _plotext() -> Any:
    # Imported here because it takes a noticeable part of the program's start, and by name
    # because it has no types.
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
def _ink(marker: str, color: RGB) -> Any:
    plotext = _plotext()

    class Ink(plotext.marker):  # type: ignore[misc, name-defined]
        # plotext copies the marker for each point and then never changes the copies; that was
        # a third of the time of a chart.
        def __copy__(self) -> Any:
            return self

    return Ink(marker, pixel=plotext.pixel(color))


def _signal(x: Array, y: Array, marker: str, color: RGB) -> Any:
    signal = _figure().signal(x.tolist(), y.tolist(), marker=_ink(marker, color))
    # plotext walks over all points to see which colours are taken, for picking the next one. We
    # pick them all; without this a chart takes twice the time. Harmless if the name goes away.
    signal._get_unique_pixels = list
    return signal


def _curve_signal(curve: Stroke, runs: Sequence[Points]) -> Any:
    signal = _signal(*_joined(runs), "braille", curve.color)
    if curve.filled:
        return signal.density("full", scope="fill").fillx()
    signal.lines(True)
    for start in np.cumsum([x.size for x, _ in runs[:-1]]):
        signal.line(int(start), False)
    return signal


def _marks(runs: Sequence[Points], columns: int, order: int, of: int) -> Points:
    """Return points of a curve, one in every eighth column, but one at least."""
    targets = np.arange(0.5 + _MARK_SPACING * order / of, columns, _MARK_SPACING) / columns
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


def _joined(runs: Sequence[Points]) -> Points:
    return np.concatenate([x for x, _ in runs]), np.concatenate([y for _, y in runs])


def _place(run: Points, columns: int, rows: int, every: bool) -> Points:
    """Return the points on the middles of the nearest dots.

    Unless ``every`` is set, without those that a line between their neighbours passes anyway.
    """
    across, up = columns * DOTS_ACROSS, rows * DOTS_DOWN
    x, y = _dots(run[0], across), _dots(run[1], up)
    moved = np.concatenate(([True], (x[1:] != x[:-1]) | (y[1:] != y[:-1])))
    x, y = x[moved], y[moved]
    right, rise = x[1:] - x[:-1], y[1:] - y[:-1]
    straight = (right[:-1] * rise[1:] == right[1:] * rise[:-1]) & (rise[:-1] * rise[1:] >= 0)
    kept = np.ones(x.size, dtype=bool)
    kept[1:-1] = ~straight | every
    return (x[kept] + 0.5) / across, (y[kept] + 0.5) / up


def _dots(places: Array, dots: int) -> Array:
    # On whole dots, so that a curve and a tick at one value never part by a rounding.
    nearest: Array = np.rint(np.minimum(np.maximum(places, 0), 1) * (dots - 1))
    return nearest
