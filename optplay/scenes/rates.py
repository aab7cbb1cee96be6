"""Effective rates and steps of single parameters: at one step, and over time."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np

from optplay.analysis.steps import QUANTILES, Quantiles
from optplay.plots import (
    Guide,
    Picture,
    Series,
    histogram_picture,
    line_picture,
    notice,
    run_color,
    run_marker,
    text_picture,
)
from optplay.plots.picture import Row
from optplay.plots.text import text_cells
from optplay.scenes.look import Look

LOW, MEDIAN, HIGH = (QUANTILES.index(q) for q in (0.1, 0.5, 0.9))
NOTHING = "no parameter moved"
AXES = {"rates": "rate", "steps": "|Δw|"}
GAP, MORE = "  ", "…"


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
    return histogram_picture(
        counts, edges, width=width, height=height, log_x=True, x_title=AXES[kind], **look
    )


def over_time_scene(
    runs: Sequence[Sequence[Quantiles]],
    kind: str,
    width: int,
    height: int,
    *,
    epoch: float | None = None,
    unit: str = "epoch",
    **look: Unpack[Look],
) -> Picture:
    """The median rate, or step, by epoch, with a band from the 10 % to the 90 % quantile.

    Args:
        runs: the quantiles of each run, as far as they are known; see `over_time`.
        kind: `rates` or `steps`.
        epoch: where a dotted line stands. unit: what an epoch is called.
    """
    series = []
    for index, way in enumerate(runs):
        values = np.array([getattr(at, kind) for at in way]).reshape(-1, len(QUANTILES))
        low, median, high = values[:, LOW], values[:, MEDIAN], values[:, HIGH]
        epochs = [at.epoch for at in way]
        series.append(Series("", median, epochs, index, low=low, high=high))
    guides = [] if epoch is None else [Guide(x=epoch)]
    return line_picture(
        series, width=width, height=height, log=True, x_title=unit, guides=guides, **look
    )


def moved_scene(
    runs: Sequence[Mapping[str, Any]], absent: Sequence[str], width: int, **look: Unpack[Look]
) -> Picture:
    """A line that tells how many parameters of each run moved.

    Args:
        runs: the distribution of each run at one step; see `overlaid`.
        absent: for each run what is told of it if it did not make this step.
    """
    counts = [run["moved"] + run["idle"] for run in runs]
    common = {count for count in counts if count}
    head = f"moved, of {common.pop():,}:" if len(common) == 1 else "moved:"
    row: Row = ((head, None),)
    room = width - text_cells(head)
    for index, (run, count, without) in enumerate(zip(runs, counts, absent, strict=True)):
        told = f" {run['moved']:,}" + f" of {count:,}" * bool(common) if count else f" {without}"
        mark = "●" if look["color"] else run_marker(index)
        ink = run_color(index, look["dark"]) if look["color"] else None
        room -= text_cells(GAP + mark + told)
        last = index == len(runs) - 1
        if room < (0 if last else text_cells(GAP + MORE)):
            row = (*row, (GAP + MORE, None))
            break
        row = (*row, (GAP + mark, ink), (told, None))
    return text_picture([row], width, 1)
