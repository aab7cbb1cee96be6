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
from optplay.experiments.sweep import Sweep, SweepResults
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
from optplay.plots.sweeps import (
    KEY,
    SHORT_KEY,
    SweepCurve,
    map_picture,
    sweep_picture,
    worth_showing,
)
from optplay.plots.text import shortened, text_cells
from optplay.scenes.look import Look
from optplay.training import RunConfig

# What the metrics that sweeps keep are called.
TITLES = {
    "final_loss": "Final loss",
    "final_accuracy": "Accuracy",
    "epochs_to_accuracy": "Epochs to 90 %",
    "final_test_loss": "Test loss",
}
# The metrics that are drawn on a logarithmic axis, where none is below zero.
LOG = ("final_loss", "final_test_loss")
RANGE_KEY = "dotted: a tenth of where the loss rises again"
# Before and behind a label: its mark, and blanks.
INDENT = 4
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
        _curves(results, metric), width=width, height=height, log_x=axis.log,
        log=on_log_axis(results, metric),
        percent=METRICS[metric].percent, x_title=axis.key, **look,
    )  # fmt: skip


def on_log_axis(results: SweepResults, metric: str) -> bool:
    """Whether a metric is drawn on a logarithmic axis: a surface may go below zero."""
    values = results.metrics[metric]
    return metric in LOG and not (values[np.isfinite(values)] < 0).any()


def with_table(
    results: SweepResults, metric: str, width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The picture of a sweep, and below it where each run does best, as far as there is room."""
    key = "the brighter the better, ★ best"
    if len(results.sweep.axes) == 1:
        key = KEY if text_cells(KEY) <= width else SHORT_KEY
    rows = _fitting(key, best_rows(results, metric, width, **look), height, **look)
    return _below(sweep_scene(results, metric, width, height - len(rows), **look), rows, width)


def _fitting(key: str, rows: list[Row], height: int, **look: Unpack[Look]) -> list[Row]:
    """A key and as many of the rows as a third of the height has room for; none for one alone."""
    quiet = frame_color(look["dark"]) if look["color"] else None
    room = height // 3
    return [((key, quiet),), *rows][:room] if room > 1 else []


def best_rows(results: SweepResults, metric: str, width: int, **look: Unpack[Look]) -> list[Row]:
    """For each run, in its colour, its best value, the metric there, and its good range.

    In fewer words where they would not fit. A run that the knobs swept made the same as another
    one only says so.
    """
    sweep = results.sweep
    first: dict[RunConfig, str] = {}
    versions: list[tuple[str, ...]] = []
    for run, label in enumerate(sweep.labels):
        config = sweep.config((run, *[0] * len(sweep.axes), 0))
        if config in first:
            same = f"as {first[config]}"
            versions.append((f"{same}: only what is swept sets them apart", same, same))
        else:
            first[config] = label
            versions.append(_told(sweep, best(results, run, metric), metric))
    widest = max(map(text_cells, sweep.labels)) + INDENT
    for told in zip(*versions, strict=True):
        if all(widest + text_cells(text) <= width for text in told):
            break
    return _rows(sweep.labels, told, width, **look)


def _told(sweep: Sweep, found: Best | None, metric: str) -> tuple[str, ...]:
    """Where a run does best, in ever fewer words."""
    if found is None:
        return ("nothing good yet",) * 3
    kind, values = METRICS[metric], [number(value) for value in found.values]
    there = number(found.side.median, percent=kind.percent, infinite=kind.infinite)
    pairs = zip(sweep.axes, values, strict=True)
    where = f"{there} at {', '.join(f'{axis.key} {value}' for axis, value in pairs)}"
    low, high = found.good[0]
    good = "" if low == high else f" ({number(low)}–{number(high)})"
    short = f"{there} at {', '.join(values)}"
    return f"best {where}, {_good(found)}", where + good, where if len(values) == 1 else short


def _good(found: Best) -> str:
    low, high = found.good[0]
    reach = "good only there" if low == high else f"good from {number(low)} to {number(high)}"
    return reach + (", the end of what was tried" if any(found.ends[0]) else "")


def _rows(
    labels: Sequence[str], told: Sequence[str], width: int, **look: Unpack[Look]
) -> list[Row]:
    """A row for each run: its mark, its label, and what is told of it."""
    room = max(width - INDENT - max(map(text_cells, told)), width // 4)
    names = [shortened(label, room) for label in labels]
    widest = max(map(text_cells, names))
    rows: list[Row] = []
    for run, (name, text) in enumerate(zip(names, told, strict=True)):
        mark = "●" if look["color"] else run_marker(run)
        ink = run_color(run, look["dark"]) if look["color"] else None
        space = " " * (widest - text_cells(name) + 2)
        rows.append(
            ((f"{mark} {name}{space}", ink), (shortened(text, width - INDENT - widest), None))
        )
    return rows


def _below(picture: Picture, rows: Sequence[Row], width: int) -> Picture:
    return replace(picture, rows=(*picture.rows, *text_picture(rows, width, len(rows)).rows))


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
    if on_log_axis(results, metric):
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
    log = all((losses >= 0).all() for _, losses in curves)
    most = worth_showing([losses for _, losses in curves]) if log else np.inf
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
        series, width=width, height=height, log=log, log_x=True, x_title="lr", guides=guides,
        **look,
    )  # fmt: skip


def range_with_table(
    tests: Mapping[str, Sequence[RangeTest]], width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The picture of range tests, and below it which rate each of them suggests."""
    told = []
    for found in tests.values():
        given = [test.suggestion for test in found if test.suggestion]
        told.append(
            f"suggests lr {number(float(np.median(given)))}"
            if given
            else "the loss falls to the end: no suggestion"
        )
    rows = _fitting(RANGE_KEY, _rows(list(tests), told, width, **look), height, **look)
    return _below(range_scene(tests, width, height - len(rows), **look), rows, width)


def _median(tests: Sequence[RangeTest]) -> tuple[Floats, Floats]:
    """Rates, and the median of the losses there, up to where half of the seeds have diverged."""
    longest = max(tests, key=lambda test: test.losses.size)
    # A seed that has diverged counts as worse than any, so that the curve does not fall for it.
    losses = np.full((len(tests), longest.losses.size), np.inf)
    for row, test in zip(losses, tests, strict=True):
        row[: test.losses.size] = test.losses
    kept = np.isfinite(losses).sum(axis=0) * 2 > len(tests)
    medians: Floats = np.median(losses[:, kept], axis=0) if kept.any() else np.empty(0)
    return longest.rates[kept], medians
