"""Sharpness over a run: beside the optimizer's threshold, and as a part of it."""

from collections.abc import Sequence
from typing import Unpack

import numpy as np

from optplay.analysis.curvature import Curvature
from optplay.plots import Guide, Picture, Series, line_picture
from optplay.scenes.look import Look


def sharpness_scene(
    curvatures: Sequence[Curvature], width: int, height: int, *, epoch: float | None = None,
    **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """The top eigenvalue of each run's Hessian by epoch, on a log axis; a line at `epoch`.

    Where the threshold is for that eigenvalue itself, stays what it is, and lies within the axis,
    a dotted line stands at it.
    """
    series = [
        Series("", found.sharpness, found.epochs, color_index=place)
        for place, found in enumerate(curvatures)
    ]
    guides = [
        Guide(y=float(found.threshold[-1]), label="threshold", color_index=place)
        for place, found in enumerate(curvatures)
        if found.threshold.size
        and np.array_equal(found.sharpness, found.preconditioned)
        and np.isfinite(found.threshold[-1])
        and np.ptp(found.threshold) == 0
    ]
    guides += _playhead(epoch)
    return line_picture(series, width=width, height=height, log=True, guides=guides, **look)


def stability_scene(
    curvatures: Sequence[Curvature], width: int, height: int, *, epoch: float | None = None,
    **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """The part of its threshold that each run's (preconditioned) sharpness has come to, by epoch.

    A dotted line stands at 1, above which the optimizer is unstable on a quadratic. Runs whose
    optimizer declares no threshold have no curve.
    """
    series = [
        Series("", found.ratio, found.epochs, color_index=place)
        for place, found in enumerate(curvatures)
    ]
    guides = [Guide(y=1.0, label="unstable above"), *_playhead(epoch)]
    return line_picture(series, width=width, height=height, log=True, guides=guides, **look)


def _playhead(epoch: float | None) -> list[Guide]:
    return [] if epoch is None else [Guide(x=epoch)]
