"""A field over a rectangle of the plane: decision boundary, surface, slice of a loss, 2-D sweep."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from optplay.plots import frame
from optplay.plots.dots import Dots as Stroke
from optplay.plots.dots import contour, stroke
from optplay.plots.overlays import Dots, Mark, Overlay, Path
from optplay.plots.palette import contrast_color, frame_color, mixed, run_color, run_marker
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN, Picture
from optplay.plots.pixels import PIXELS_DOWN, Sheet, cells, on_grid, pixel_places
from optplay.plots.ramps import levels as ramp_levels
from optplay.plots.ramps import ramp as ramp_of
from optplay.plots.series import Array
from optplay.plots.ticks import Axis, linear_axis, log_axis, units

Field = Callable[[Array, Array], ArrayLike]

_TITLE_HEIGHT = 8  # below it the title of the left axis gives its row to the plot
_AHEAD_SHARE = 0.6  # of its colour that the rest of a path keeps
_SAMPLE_SHARE = 0.55  # of its class's colour that a sample keeps, to stand out from the field
_OUTSIDE = "◀▶▼▲"  # where a run is that has left: to the left, right, bottom, top
_EDGE = 1e-9  # of an axis: a rounding may put a point just outside


def plane_picture(
    field: Field | ArrayLike,
    *,
    x_limits: tuple[float, float],
    y_limits: tuple[float, float],
    width: int,
    height: int,
    ramp: str = "surface",
    overlays: Sequence[Overlay] = (),
    levels: ArrayLike | None = None,
    x_title: str = "",
    y_title: str = "",
    log_x: bool = False,
    log_y: bool = False,
    color: bool = True,
    dark: bool = True,
) -> Picture:
    """Draw a field in half blocks, two pixels to a cell, with overlays in the order given.

    Args:
        field: a function of x (shape (m,)) and y (shape (k,)), both increasing, that returns the
            values at all their pairs, shape (k, m); or an array of that shape, whose cells tile the
            rectangle (see :func:`grid_limits`). NaN is hatched; infinities are high or low.
        x_limits, y_limits: the ends of the axes, ``low < high``; positive on a log axis.
        width, height: of the whole picture, in cells. Below 10 x 4 it stays empty.
        ramp: the colour map: ``boundary`` for probabilities, with a line at 0.5, ``surface``,
            ``loss`` or ``score``; see :func:`optplay.plots.ramps.ramp`.
        overlays: samples, paths and marks. What lies outside is left out, a path is cut there; an
            arrow at the edge tells where a run is that has left.
        levels: the limits between the bands of the ramp, shape (BANDS - 1,), to keep colours the
            same from picture to picture; by default those of the values.
        x_title: stands among the labels of the bottom axis, where it fits.
        y_title: stands above the left axis, where there is room.
        log_x, log_y: whether an axis is logarithmic.
        color: if false shades and glyphs take the place of colours.
        dark: whether the background is dark.

    Returns:
        ``height`` rows of ``width`` cells.

    Raises:
        ValueError: if limits are not finite, do not increase or have no logarithm, the shape of
            the field is wrong, or there is no such ramp.
    """
    _check_limits("x_limits", x_limits, log_x)
    _check_limits("y_limits", y_limits, log_y)
    colors = ramp_of(ramp, dark)
    if frame.too_small(width, height):
        return frame.blank(width, height)
    titled = bool(y_title) and height >= _TITLE_HEIGHT
    rows = height - 2 - titled
    x_count, y_count = frame.tick_counts(width, rows)
    y_axis = _axis(y_limits, y_count, log_y)
    columns = width - frame.gutter(width, y_axis)
    x_axis = _axis(x_limits, x_count, log_x)

    values = _values(field, x_axis, y_axis, columns, rows)
    limits = ramp_levels(values, ramp) if levels is None else np.asarray(levels, dtype=np.float64)
    sheet = Sheet(values, limits, colors, color)
    canvas = _Canvas(sheet, x_axis, y_axis, columns, rows, dark, color)
    if ramp == "boundary":
        sheet.stroke(contour(values, 0.5), contrast_color(dark))
    canvas.draw(overlays)
    return frame.compose(
        sheet.rows(),
        width,
        (x_axis, y_axis),
        x_title=x_title,
        y_title=y_title if titled else None,
        color=frame_color(dark) if color else None,
    )


def grid_limits(values: ArrayLike, log: bool = False) -> tuple[float, float]:
    """Return the limits between which evenly spaced cells have these values in their middles.

    Args:
        values: shape (n,), n at least 1, increasing; in their logarithm if ``log``.
        log: whether the axis is logarithmic.
    """
    middles = np.asarray(values, dtype=np.float64)
    first, last = units(middles[[0, -1]], log).tolist()
    half = (last - first) / (middles.size - 1) / 2 if middles.size > 1 else 0.5
    low, high = first - half, last + half
    return (10.0**low, 10.0**high) if log else (low, high)


def _check_limits(name: str, limits: tuple[float, float], log: bool) -> None:
    low, high = limits
    if not -np.inf < low < high < np.inf or (log and low <= 0):
        raise ValueError(f"{name} must be finite and increase, and on a log axis > 0: {limits}")


def _axis(limits: tuple[float, float], count: int, log: bool) -> Axis:
    low, high = limits
    if log:
        return log_axis(float(np.log10(low)), float(np.log10(high)), count)
    return linear_axis(low, high, count, snap=False)


def _values(field: Field | ArrayLike, x_axis: Axis, y_axis: Axis, columns: int, rows: int) -> Array:
    """Return the field at the pixels, from the top, shape (2 rows, columns)."""
    across = pixel_places(columns, DOTS_ACROSS)
    up = pixel_places(rows * PIXELS_DOWN, DOTS_DOWN // PIXELS_DOWN)
    if callable(field):
        values = np.asarray(field(x_axis.values(across), y_axis.values(up)), dtype=np.float64)
        if values.shape != (up.size, across.size):
            raise ValueError(f"the field has shape {values.shape}, not {(up.size, across.size)}")
    else:
        values = np.asarray(field, dtype=np.float64)
        if values.ndim != 2 or not values.size:
            raise ValueError(f"a field must be 2-D and not empty: {values.shape}")
        values = on_grid(values, across, up)
    return values[::-1]


class _Canvas:
    """Sets overlays on a sheet."""

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
            self._path(path, x, y, turn)
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
                ink = contrast_color(self._dark)
                if index is not None:
                    ink = run_color(index, self._dark)
                self._put(*self._places([overlay.x], [overlay.y]), overlay.glyph, ink)
        for path, (x, y) in zip(paths, places, strict=True):
            self._head(path, x, y)

    def _places(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Return points as fractions of the axes."""
        pair = ((x, self._x_axis), (y, self._y_axis))
        across, up = (
            axis.place(units(np.asarray(values, dtype=np.float64), axis.log))
            for values, axis in pair
        )
        return across, up

    def _path(self, path: Path, x: Array, y: Array, turn: int) -> None:
        ink = run_color(path.color_index, self._dark)
        now = _now(path, x.size)
        if now + 1 < x.size:
            faint = mixed(ink, frame_color(self._dark), _AHEAD_SHARE)
            ahead = self._stroke(x[max(now, 0) :], y[max(now, 0) :]) & self._checked
            self._sheet.stroke(ahead, faint, turn)
        first = 0 if path.tail is None else max(now - path.tail, 0)
        self._sheet.stroke(self._stroke(x[first : now + 1], y[first : now + 1]), ink, turn)

    def _stroke(self, x: Array, y: Array) -> Stroke:
        return stroke(x, y, self._columns, self._rows)

    def _head(self, path: Path, x: Array, y: Array) -> None:
        now = _now(path, x.size)
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

    def _put(self, x: Array, y: Array, glyph: str, ink: tuple[int, int, int]) -> None:
        within = (np.abs(x - 0.5) <= 0.5 + _EDGE) & (np.abs(y - 0.5) <= 0.5 + _EDGE)
        x, y = x[within].clip(0, 1), y[within].clip(0, 1)
        row = self._rows - 1 - cells(y, self._rows, DOTS_DOWN)
        self._sheet.put(row, cells(x, self._columns, DOTS_ACROSS), glyph, ink)


def _now(path: Path, size: int) -> int:
    """Return the index of the point where a run is; -1 if there is none."""
    return size - 1 if path.at is None else min(max(path.at, 0), size - 1)
