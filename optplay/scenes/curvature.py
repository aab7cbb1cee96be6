"""Sharpness over a run: beside the optimizer's threshold, and as a part of it."""

from collections.abc import Sequence
from typing import Unpack

import numpy as np

from optplay.analysis.curvature import Curvature
from optplay.plots import Picture, Series, line_picture
from optplay.scenes.look import Look


def sharpness_scene(
    curvatures: Sequence[Curvature], width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The top eigenvalue of each run's Hessian by epoch, on a log axis."""
    series = [
        Series("", found.sharpness, found.epochs, color_index=place)
        for place, found in enumerate(curvatures)
    ]
    return line_picture(series, width=width, height=height, log=True, **look)


def stability_scene(
    curvatures: Sequence[Curvature], width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The part of its threshold that each run's (preconditioned) sharpness has come to, by epoch.

    A line stands at 1, above which the optimizer is unstable on a quadratic. Runs whose optimizer
    declares no threshold are left out.
    """
    series = [
        Series("", found.ratio, found.epochs, color_index=place)
        for place, found in enumerate(curvatures)
        if np.isfinite(found.ratio).any()
    ]
    return line_picture(series, width=width, height=height, log=True, **look)
