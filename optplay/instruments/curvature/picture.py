"""Sharpness over a run: beside the optimizer's threshold, and as a part of it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Unpack

import numpy as np

from optplay.experiments import Results
from optplay.experiments.sharpness import Curvature, sharpness
from optplay.experiments.tables import Line
from optplay.plots import (
    Guide,
    Look,
    Panel,
    Picture,
    Series,
    abreast,
    legend,
    line_picture,
    notice,
)

HEIGHT, TWO_ABREAST = 17, 110


def sharpness_picture(
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


def stability_picture(
    curvatures: Sequence[Curvature], width: int, height: int, *, epoch: float | None = None,
    **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """The part of its threshold that each run's (preconditioned) sharpness has come to, by epoch.

    A dotted line stands at 1, above which the optimizer is unstable on a quadratic. Runs whose
    optimizer declares no threshold have no curve.
    """
    measured = [found for found in curvatures if len(found.epochs)]
    if measured and all(np.isnan(found.ratio).all() for found in measured):
        return notice("no threshold is known", width, height)
    series = [
        Series("", found.ratio, found.epochs, color_index=place)
        for place, found in enumerate(curvatures)
    ]
    guides = [Guide(y=1.0, label="unstable above"), *_playhead(epoch)]
    return line_picture(series, width=width, height=height, log=True, guides=guides, **look)


def _playhead(epoch: float | None) -> list[Guide]:
    return [] if epoch is None else [Guide(x=epoch)]


def drawings(results: Results, width: int, look: Look) -> Iterator[Line | Picture]:
    """What `--plot` shows: both pictures, of the first seed."""
    firsts = [sharpness(histories[0]) for histories in results.runs.values()]
    pictures = {
        "Sharpness (log)": sharpness_picture,
        "Part of the optimizer's threshold (log)": stability_picture,
    }
    panels = [Panel(title, partial(draw, firsts, **look)) for title, draw in pictures.items()]
    yield Line(f"\nBy epoch, seed {results.preset.seeds[0]}")
    yield legend(list(results.runs), width=width, **look)
    height = HEIGHT if width >= TWO_ABREAST else HEIGHT * len(panels)
    yield abreast(panels, width, height, **look)
