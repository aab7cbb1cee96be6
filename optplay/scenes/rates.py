"""Effective rates and steps of single parameters: at one step, and over time."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np

from optplay.analysis.steps import QUANTILES, Quantiles
from optplay.plots import Picture, Series, histogram_picture, line_picture, notice
from optplay.scenes.look import Look

LOW, MEDIAN, HIGH = (QUANTILES.index(q) for q in (0.1, 0.5, 0.9))
NOTHING = "no parameter moved"


def histogram_scene(
    runs: Sequence[Mapping[str, Any]], kind: str, width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """How many parameters have which rate, or make which step; a logarithmic bottom axis.

    Args:
        runs: the distribution of each run at one step, with the same edges; see `overlaid`.
        kind: `rates` or `steps`.
    """
    counts = np.array([run[kind]["counts"] for run in runs])
    if not counts.any():
        return notice(NOTHING, width, height)
    edges = runs[0][kind]["edges"]
    return histogram_picture(counts, edges, width=width, height=height, log_x=True, **look)


def over_time_scene(
    runs: Sequence[Sequence[Quantiles]],
    kind: str,
    width: int,
    height: int,
    **look: Unpack[Look],
) -> Picture:
    """The median rate, or step, by epoch, with a band from the 10 % to the 90 % quantile.

    Args:
        runs: the quantiles of each run, as far as they are known; see `over_time`.
        kind: `rates` or `steps`.
    """
    series = []
    for index, way in enumerate(runs):
        values = np.array([getattr(at, kind) for at in way]).reshape(-1, len(QUANTILES))
        low, median, high = values[:, LOW], values[:, MEDIAN], values[:, HIGH]
        epochs = [at.epoch for at in way]
        series.append(Series("", median, epochs, index, low=low, high=high))
    return line_picture(series, width=width, height=height, log=True, **look)
