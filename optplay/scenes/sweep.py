"""A sweep, also one under way, and a range test."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from optplay.experiments import METRICS, number
from optplay.experiments.best import HIGH_IS_GOOD, Best, best, over_seeds
from optplay.experiments.range_test import RangeTest
from optplay.experiments.sweep import SweepResults
from optplay.plots import (
    Guide,
    Panel,
    Picture,
    Series,
    abreast,
    line_picture,
    run_color,
    run_marker,
    text_picture,
)
from optplay.plots.palette import frame_color
from optplay.plots.picture import Row
from optplay.plots.ramps import levels
from optplay.plots.sweeps import KEY, SweepCurve, map_picture, sweep_picture, worth_showing
from optplay.plots.text import text_cells
from optplay.scenes.look import Look

# What the metrics that sweeps keep are called.
TITLES = {
    "final_loss": "Final loss",
    "final_accuracy": "Accuracy",
    "epochs_to_accuracy": "Epochs to 90 %",
    "final_test_loss": "Test loss",
}
# The metrics that are drawn on a logarithmic axis.
LOG = ("final_loss", "final_test_loss")
Floats = NDArray[np.float64]


def sweep_scene(
    results: SweepResults, metric: str, width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """A metric of SWEPT, the median over the seeds made, with quartiles and the best marked.

    Against the knob, a curve per run, for a sweep over one axis; see `plots.sweeps.KEY` for the
    marks. For one over two axes a map per run, all of one scale of colours.
    """
    if len(results.sweep.axes) > 1:
        return _maps(results, metric, width, height, **look)
    (axis,) = results.sweep.axes
    return sweep_picture(
        _curves(results, metric), width=width, height=height, log_x=axis.log, log=metric in LOG,
        percent=METRICS[metric].percent, x_title=axis.key, **look,
    )  # fmt: skip


def with_table(
    results: SweepResults, metric: str, width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The picture of a sweep, and below it where each run does best, as far as there is room."""
    lines = best_rows(results, metric, **look)
    room = max(0, min(len(lines) + 1, height // 3))
    if room < 2:
        return sweep_scene(results, metric, width, height, **look)
    key = KEY if len(results.sweep.axes) == 1 else "the brighter the better, ★ best"
    quiet = frame_color(look["dark"]) if look["color"] else None
    table = text_picture([((key, quiet),), *lines], width, room)
    picture = sweep_scene(results, metric, width, height - room, **look)
    return replace(picture, rows=(*picture.rows, *table.rows))


def best_rows(results: SweepResults, metric: str, **look: Unpack[Look]) -> list[Row]:
    """For each run, in its colour, its best value, the metric there, and its good range."""
    labels, kind = results.sweep.labels, METRICS[metric]
    widest = max(map(text_cells, labels))
    rows: list[Row] = []
    for run, label in enumerate(labels):
        found = best(results, run, metric)
        told = "nothing good yet"
        if found:
            values = zip(results.sweep.axes, found.values, strict=True)
            where = ", ".join(f"{axis.key} {number(value)}" for axis, value in values)
            there = number(found.side.median, percent=kind.percent, infinite=kind.infinite)
            told = f"best {there} at {where}, {_good(found)}"
        mark = "●" if look["color"] else run_marker(run)
        ink = run_color(run, look["dark"]) if look["color"] else None
        space = " " * (widest - text_cells(label) + 2)
        rows.append(((f"{mark} {label}{space}", ink), (told, None)))
    return rows


def _good(found: Best) -> str:
    low, high = found.good[0]
    reach = "good only there" if low == high else f"good from {number(low)} to {number(high)}"
    return reach + (", the end of what was tried" if any(found.ends[0]) else "")


def _curves(results: SweepResults, metric: str) -> list[SweepCurve]:
    median, low, high = over_seeds(results, metric)
    made = np.maximum((results.outcomes >= 0).sum(axis=-1), 1)
    diverged, collapsed = (results.counts(o) / made for o in ("diverged", "collapsed"))
    found = [best(results, run, metric) for run in range(len(results.sweep.runs))]
    return [
        SweepCurve(
            label, results.sweep.axes[0].values, median[run], low[run], high[run],
            diverged[run], collapsed[run], one.at[0] if one else None, run,
        )
        for run, (label, one) in enumerate(zip(results.sweep.labels, found, strict=True))
    ]  # fmt: skip


def _maps(
    results: SweepResults, metric: str, width: int, height: int, **look: Unpack[Look]
) -> Picture:
    across, up = results.sweep.axes
    medians = over_seeds(results, metric)[0]
    if metric in LOG:
        medians = np.where(medians > worth_showing([medians]), np.inf, medians)
    good = metric in HIGH_IS_GOOD
    shared = levels(medians, "score" if good else "loss")

    def panel(run: int, label: str) -> Panel:
        found = best(results, run, metric)
        draw = partial(
            map_picture, medians[run], x=across.values, y=up.values, levels=shared,
            best=(found.at[0], found.at[1]) if found else None, high_is_good=good,
            log_x=across.log, log_y=up.log, x_title=across.key, y_title=up.key, **look,
        )  # fmt: skip
        return Panel(label, lambda width, height: draw(width=width, height=height), run)

    panels = [panel(run, label) for run, label in enumerate(results.sweep.labels)]
    return abreast(panels, width, height, **look)


def range_scene(
    tests: Mapping[str, Sequence[RangeTest]], width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The loss against the rate, a curve per run: the median over its seeds.

    A dotted line stands at the median of what is suggested. What is far above all else, as a loss
    about to diverge, is left out.
    """
    curves = [_median(found) for found in tests.values()]
    most = worth_showing([losses for _, losses in curves])
    series = [
        Series(label, np.where(losses > most, np.nan, losses), rates, index)
        for index, (label, (rates, losses)) in enumerate(zip(tests, curves, strict=True))
    ]
    suggested = [[t.suggestion for t in found if t.suggestion] for found in tests.values()]
    guides = [
        Guide(x=float(np.median(given)), color_index=index)
        for index, given in enumerate(suggested)
        if given
    ]
    return line_picture(
        series, width=width, height=height, log=True, log_x=True, x_title="lr", guides=guides,
        **look,
    )  # fmt: skip


def _median(tests: Sequence[RangeTest]) -> tuple[Floats, Floats]:
    """Rates, and the median of the losses there, up to where half of the seeds have diverged."""
    longest = max(tests, key=lambda test: test.losses.size)
    losses = np.full((len(tests), longest.losses.size), np.nan)
    for row, test in zip(losses, tests, strict=True):
        row[: test.losses.size] = test.losses
    kept = np.isfinite(losses).sum(axis=0) * 2 > len(tests)
    medians: Floats = np.nanmedian(losses[:, kept], axis=0) if kept.any() else np.empty(0)
    return longest.rates[kept], medians
