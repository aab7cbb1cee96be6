"""Samples, paths and marks on a field."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from optplay.plots.dots import Dots as Stroke, stroke
from optplay.plots.overlays import Dots, Mark, Overlay, Path
from optplay.plots.palette import RGB, contrast_color, faint_color, mixed, run_color, run_marker
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN
from optplay.plots.pixels import Sheet, cells
from optplay.plots.series import Array
from optplay.plots.ticks import Axis, units

_SAMPLE_SHARE = 0.55  # of its class's colour that a sample keeps, to stand out from the field
_OUTSIDE = "◀▶▼▲"  # where a run is that has left: to the left, right, bottom, top
_EDGE = 1e-9  # of an axis: a rounding may put a point just outside


class Layers:
    """Sets overlays on a sheet of so many cells, over two axes."""

    def __init__(
        self, sheet: Sheet, x_axis: Axis, y_axis: Axis, columns: int, rows: int, dark: bool,
        color: bool,
    ) -> None:  # fmt: skip
        self._sheet, self._x_axis, self._y_axis = sheet, x_axis, y_axis
        self._columns, self._rows, self._dark, self._color = columns, rows, dark, color
        self._checked = (
            np.add.outer(np.arange(rows * DOTS_DOWN), np.arange(columns * DOTS_ACROSS)) % 2 == 0
        )

    def draw(self, overlays: Sequence[Overlay]) -> None:
        """Draw them in order; but paths lie under all else, and where runs are comes last."""
        paths = [overlay for overlay in overlays if isinstance(overlay, Path)]
        places = [self._places(path.x, path.y) for path in paths]
        for turn, (path, (x, y)) in enumerate(zip(paths, places, strict=True)):
            self._path(path, x, y, turn, len(paths))
        for overlay in overlays:
            if isinstance(overlay, Dots):
                ink = mixed(
                    run_color(overlay.color_index, self._dark),
                    contrast_color(self._dark),
                    _SAMPLE_SHARE,
                )
                self._put(*self._places(overlay.x, overlay.y), overlay.glyph, ink)
            elif isinstance(overlay, Mark):
                index = overlay.color_index
                tone = faint_color if overlay.faint else run_color
                own = None if index is None else tone(index, self._dark)
                self._put(*self._places([overlay.x], [overlay.y]), overlay.glyph, own)
        for path, (x, y) in zip(paths, places, strict=True):
            self._head(path, x, y)

    def _places(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        pair = ((x, self._x_axis), (y, self._y_axis))
        across, up = (
            axis.place(units(np.asarray(values, dtype=np.float64), axis.log))
            for values, axis in pair
        )
        return across, up

    def _path(self, path: Path, x: Array, y: Array, turn: int, of: int) -> None:
        ink = run_color(path.color_index, self._dark)
        now = path.now
        if now + 1 < x.size:
            ahead = self._stroke(x[max(now, 0) :], y[max(now, 0) :]) & self._checked
            self._sheet.stroke(ahead, faint_color(path.color_index, self._dark), turn, of)
        first = 0 if path.tail is None else max(now - path.tail, 0)
        self._sheet.stroke(self._stroke(x[first : now + 1], y[first : now + 1]), ink, turn, of)

    def _stroke(self, x: Array, y: Array) -> Stroke:
        return stroke(x, y, self._columns, self._rows)

    def _head(self, path: Path, x: Array, y: Array) -> None:
        now = path.now
        if now < 0 or not (np.isfinite(x[now]) and np.isfinite(y[now])):
            return
        glyph = "●" if self._color else run_marker(path.color_index)
        place = np.array([x[now], y[now]])
        # Where it is farthest outside decides.
        away = np.maximum(-place, place - 1)
        if away.max() > _EDGE:
            side = int(away.argmax())
            glyph = _OUTSIDE[2 * side + int(place[side] > 1)]
            place = place.clip(0, 1)
        self._put(place[:1], place[1:], glyph, run_color(path.color_index, self._dark))

    def _put(self, x: Array, y: Array, glyph: str, ink: RGB | None) -> None:
        within = (np.abs(x - 0.5) <= 0.5 + _EDGE) & (np.abs(y - 0.5) <= 0.5 + _EDGE)
        x, y = x[within].clip(0, 1), y[within].clip(0, 1)
        row = self._rows - 1 - cells(y, self._rows, DOTS_DOWN)
        self._sheet.put(row, cells(x, self._columns, DOTS_ACROSS), glyph, ink)
