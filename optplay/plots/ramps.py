"""Colour maps: what colour, or without colours what shade, a value of a field has."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from optplay.plots.palette import RGB, background, mixed, run_color
from optplay.plots.series import Array
from optplay.plots.ticks import HUGE

BANDS = 14  # few, so that neighbours are equal and bands read as contours
_FLOOR_POWER = 1.6  # above 1: the lower a contour band, the smaller its area
_DECADES = 1  # of a positive range, from where its levels are logarithmic

# Matplotlib's viridis (Smith and van der Walt, https://bids.github.io/colormap/), from low to high.
_VIRIDIS: tuple[RGB, ...] = (
    (68, 1, 84), (72, 40, 120), (62, 74, 137), (49, 104, 142), (38, 130, 142),
    (31, 158, 137), (53, 183, 121), (109, 205, 89), (180, 222, 44), (253, 231, 37),
)  # fmt: skip
# Quiet ones: from the background to the middle of the scale, so that paths in the runs' colours
# stand out everywhere, most of all on the floor, where they go.
_SURFACE: tuple[RGB, ...] = (
    (13, 14, 26), (32, 29, 68), (52, 46, 98), (74, 69, 116), (98, 94, 132),
)  # fmt: skip
_SURFACE_LIGHT: tuple[RGB, ...] = (
    (253, 253, 255), (232, 232, 246), (212, 211, 235), (190, 188, 222), (168, 165, 206),
)  # fmt: skip
_BOUNDARY_SHARES = 0.10, 0.50  # of a class's colour, where it is unsure and where it is sure


@dataclass(frozen=True)
class Ramp:
    """A colour map.

    Attributes:
        colors: of the bands, from low to high.
        shades: characters of the bands where there is no colour.
        missing: the two colours of a hatch where there is no value.
    """

    colors: tuple[RGB, ...]
    shades: str
    missing: tuple[RGB, RGB]


@cache
def ramp(name: str, dark: bool = True) -> Ramp:
    """Return a colour map.

    Args:
        name: ``boundary`` (0 in the first run's colour to 1 in the second's), ``surface`` (quiet,
            for paths to be drawn on), ``loss`` (the lower the brighter), ``score`` (the higher the
            brighter).
        dark: whether the background is dark.

    Raises:
        ValueError: if there is none of that name.
    """
    behind = background(dark)
    shades = _spread(" ░▒▓█")
    if name == "boundary":
        unsure, sure = _BOUNDARY_SHARES
        half = np.linspace(sure, unsure, BANDS // 2)
        colors = [mixed(run_color(0, dark), behind, share) for share in half]
        colors += [mixed(run_color(1, dark), behind, share) for share in half[::-1]]
        shades = " " * (BANDS // 2) + "░" * (BANDS // 2)
    elif name == "surface":
        colors = _between(_SURFACE if dark else _SURFACE_LIGHT)
        shades = _spread(" ░▒▓")
    elif name in ("loss", "score"):
        colors = _between(_VIRIDIS)
        if name == "loss":
            colors, shades = colors[::-1], shades[::-1]
    else:
        raise ValueError(f"no ramp {name!r}: boundary, surface, loss, score")
    ink = (255, 255, 255) if dark else (0, 0, 0)
    return Ramp(tuple(colors), shades, (mixed(ink, behind, 0.3), mixed(ink, behind, 0.08)))


def _between(anchors: tuple[RGB, ...]) -> list[RGB]:
    at, known = np.linspace(0, len(anchors) - 1, BANDS), np.arange(len(anchors))
    channels = [np.interp(at, known, channel) for channel in zip(*anchors, strict=True)]
    table = zip(*channels, strict=True)
    return [(round(red), round(green), round(blue)) for red, green, blue in table]


def _spread(characters: str) -> str:
    return "".join(characters[at * len(characters) // BANDS] for at in range(BANDS))


def levels(values: ArrayLike, name: str) -> Array:
    """Return the limits between the bands of a ramp, shape (BANDS - 1,), never decreasing.

    ``boundary`` divides [0, 1] evenly, with one limit at 0.5. ``surface`` has contours: each band
    takes a given share of the area, the low ones less, so that the floor of a ravine shows.
    ``loss`` and ``score`` divide the range of the finite values, evenly in their logarithm if all
    are positive and it is wide.
    """
    inner = np.arange(1, BANDS) / BANDS
    if name == "boundary":
        return inner
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)].clip(-HUGE, HUGE)
    if not known.size:
        return np.zeros(BANDS - 1)
    if name == "surface":
        shares: Array = np.quantile(known, inner**_FLOOR_POWER)
        return shares
    low, high = known.min(), known.max()
    if low > 0 and np.log10(high) - np.log10(low) > _DECADES:
        logarithmic: Array = 10.0 ** (np.log10(low) + inner * (np.log10(high) - np.log10(low)))
        return logarithmic
    linear: Array = low + inner * (high - low)
    return linear
