"""A field over a rectangle of the plane: decision boundary, surface, slice of a loss, 2-D sweep."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from optplay.plots import frame
from optplay.plots.dots import contour
from optplay.plots.layers import Layers
from optplay.plots.overlays import Overlay
from optplay.plots.palette import RGB, contrast_color, frame_color
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN, Picture, Row, Span
from optplay.plots.pixels import PIXELS_DOWN, Sheet, on_grid, pixel_places
from optplay.plots.ramps import Ramp, levels as ramp_levels, ramp as ramp_of
from optplay.plots.series import Array
from optplay.plots.text import shortened
from optplay.plots.ticks import Axis, finite_limits, linear_axis, log_axis, short, units

Field = Callable[[Array, Array], ArrayLike]

_TITLE_HEIGHT = 8  # below it the title of the left axis gives its row to the plot
_KEY_GAP = 2  # cells between the title and the scale


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
    scale: str | None = None,
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
        ramp: the colour map: ``boundary`` for probabilities, with a line at 0.5, ``surface``,
            ``loss`` or ``score``; see :func:`optplay.plots.ramps.ramp`.
        overlays: samples, paths and marks. What lies outside is left out, a path is cut there; an
            arrow at the edge tells where a run is that has left.
        levels: the limits between the bands of the ramp, shape (BANDS - 1,), to keep colours the
            same from picture to picture; by default those of the values.
        y_title: stands above the left axis, where there is room.
        scale: what the values are called: the ramp, with the values at its ends, stands behind it
            above on the right, if it fits.
        log_x, log_y: whether an axis is logarithmic.

    Raises:
        ValueError: if limits are not finite, do not increase or have no logarithm, the shape of
            the field is wrong, or there is no such ramp.
    """
    _check_limits("x_limits", x_limits, log_x)
    _check_limits("y_limits", y_limits, log_y)
    colors = ramp_of(ramp, dark)
    if frame.too_small(width, height):
        return frame.blank(width, height)
    titled = bool(y_title or scale is not None) and height >= _TITLE_HEIGHT
    rows = height - 2 - titled
    x_count, y_count = frame.tick_counts(width, rows)
    y_axis = _axis(y_limits, y_count, log_y)
    columns = width - frame.gutter(width, y_axis)
    x_axis = _axis(x_limits, x_count, log_x)

    values = _values(field, x_axis, y_axis, columns, rows)
    limits = ramp_levels(values, ramp) if levels is None else np.asarray(levels, dtype=np.float64)
    sheet = Sheet(values, limits, colors, color)
    layers = Layers(sheet, x_axis, y_axis, columns, rows, dark, color)
    if ramp == "boundary":
        sheet.stroke(contour(values, 0.5), contrast_color(dark))
    layers.draw(overlays)
    ink = frame_color(dark) if color else None
    above = None
    if titled:
        ends = finite_limits(values if levels is None else limits)
        ends = (0, 1) if ramp == "boundary" else ends
        key = () if scale is None else _scale(scale, colors, ends, ink)
        above = _above(y_title, key, width - columns - 1, width, ink)
    axes = x_axis, y_axis
    return frame.compose(sheet.rows(), width, axes, x_title=x_title, above=above, color=ink)


def _scale(name: str, ramp: Ramp, ends: tuple[float, float], ink: RGB | None) -> Row:
    bands: list[Span] = [(shade, None) for shade in ramp.shades]
    if ink:
        bands = [("█", color) for color in ramp.colors]
    low, high = map(short, ends)
    return ((f"{name} {low} ".lstrip(), ink), *bands, (f" {high}", ink))


def _above(title: str, key: Row, left: int, width: int, ink: RGB | None) -> Row:
    room = sum(len(text) for text, _ in key)
    start = min(left, max(width - len(title), 0))
    if start + len(title) + _KEY_GAP + room > width:
        key, room = (), 0
    text = " " * start + shortened(title, width - start)
    return ((text.ljust(width - room), ink), *key)


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
