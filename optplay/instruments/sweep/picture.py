"""A sweep, also one under way."""

from collections.abc import Iterator
from functools import partial
from typing import Unpack

import numpy as np

from optplay.experiments import METRICS, number, numbers
from optplay.experiments.tables import Line
from optplay.instruments.sweep import charts
from optplay.instruments.sweep.best import HIGH_IS_GOOD, Best, best, over_seeds
from optplay.instruments.sweep.measure import Sweep, SweepResults
from optplay.instruments.sweep.report import SPOKEN
from optplay.plots import Look, Panel, Picture, abreast, legend
from optplay.plots.captions import INDENT, fitting, run_rows, with_rows
from optplay.plots.picture import Row
from optplay.plots.ramps import levels
from optplay.plots.series import worth_showing
from optplay.plots.text import text_cells
from optplay.training import RunConfig

HEIGHT, MAP_WIDTH = 16, 36
# The metrics that are drawn on a logarithmic axis, where none is below zero.
LOG = ("final_loss", "final_test_loss")


def results_picture(
    results: SweepResults, metric: str, width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """A metric of SWEPT, the median over the seeds made, with quartiles and the best marked.

    Against the knob, a curve per run, for a sweep over one axis; see `KEY` for the
    marks. For one over two axes a map per run, all of one scale of colours.
    """
    if len(results.sweep.axes) > 1:
        return _maps(results, metric, width, height, **look)
    (axis,) = results.sweep.axes
    return charts.sweep_picture(
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
        key = charts.KEY if text_cells(charts.KEY) <= width else charts.SHORT_KEY
    rows = fitting(key, best_rows(results, metric, width, **look), height, **look)
    return with_rows(
        results_picture(results, metric, width, height - len(rows), **look), rows, width
    )


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
    return run_rows(sweep.labels, told, width, **look)


def _told(sweep: Sweep, found: Best | None, metric: str) -> tuple[str, ...]:
    """Where a run does best, in ever fewer words."""
    if found is None:
        return ("nothing good yet",) * 3
    kind, values = METRICS[metric], [number(value) for value in found.values]
    there = number(found.side.median, percent=kind.percent, infinite=kind.infinite)
    pairs = zip(sweep.axes, values, strict=True)
    where = f"{there} at {', '.join(f'{axis.key} {value}' for axis, value in pairs)}"
    low, high = found.good[0]
    good = "" if low == high else f" ({'–'.join(numbers(low, high))})"
    short = f"{there} at {', '.join(values)}"
    return f"best {where}, {_good(found)}", where + good, where if len(values) == 1 else short


def _good(found: Best) -> str:
    low, high = found.good[0]
    reach = "good only there" if low == high else f"good from {' to '.join(numbers(low, high))}"
    return reach + (", the end of what was tried" if any(found.ends[0]) else "")


def _curves(results: SweepResults, metric: str) -> list[charts.SweepCurve]:
    median, low, high = over_seeds(results, metric)
    made = np.maximum((results.outcomes >= 0).sum(axis=-1), 1)
    diverged, collapsed = (results.counts(o) / made for o in ("diverged", "collapsed"))
    found = [best(results, run, metric) for run in range(len(results.sweep.runs))]
    return [
        charts.SweepCurve(
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
            charts.map_picture, medians[run], x=across.values, y=up.values, levels=shared,
            best=(found.at[0], found.at[1]) if found else None, high_is_good=good,
            log_x=across.log, log_y=up.log, x_title=across.key, y_title=up.key, **look,
        )  # fmt: skip
        return Panel(label, lambda width, height: draw(width=width, height=height), run)

    panels = [panel(run, label) for run, label in enumerate(results.sweep.labels)]
    return abreast(panels, width, height, **look)


def drawings(
    results: SweepResults, metric: str, width: int, look: Look
) -> Iterator[Line | Picture]:
    """What `--plot` shows: the metric against the knob, or a map of two knobs for each run."""
    sweep, title = results.sweep, SPOKEN[metric]
    if len(sweep.axes) > 1:
        yield Line(f"\n{title}, median over the seeds: the brighter the better, ★ best", "dim")
        columns = min(max(width // MAP_WIDTH, 1), len(sweep.runs))
        height = -(-len(sweep.runs) // columns) * (HEIGHT + 1)
        yield results_picture(results, metric, width, height, **look)
        return
    title += " (log)" * on_log_axis(results, metric)
    yield Line(f"\n{title} by {sweep.axes[0].key}, median over the seeds", "dim")
    yield legend([*sweep.labels], width=width, **look)
    yield results_picture(results, metric, width, HEIGHT, **look)
    yield Line(charts.KEY, "dim")
