"""The static pictures of `optplay sweep --plot` and `optplay range-test --plot`."""

from functools import partial

import numpy as np
from rich.console import Console
from rich.text import Text

from optplay.cli.charts import HEIGHT, write
from optplay.cli.sweep_tables import TITLES
from optplay.experiments import METRICS
from optplay.experiments.best import HIGH_IS_GOOD, over_seeds
from optplay.experiments.range_test import RangeTest
from optplay.experiments.sweep_report import SweepReport
from optplay.plots import Guide, Panel, Series, abreast, legend, line_picture
from optplay.plots.ramps import levels
from optplay.plots.sweeps import KEY, SweepCurve, map_picture, sweep_picture, worth_showing

LOG = ("final_loss", "final_test_loss")
MAP_WIDTH = 36


def print_sweep(out: Console, report: SweepReport) -> None:
    """The metric against the knob, or a map of two knobs for each run."""
    if len(report.results.sweep.axes) > 1:
        _print_maps(out, report)
        return
    color, sweep = out.color_system is not None, report.results.sweep
    axis, metric = sweep.axes[0], METRICS[report.metric]
    logarithmic = " (log)" if report.metric in LOG else ""
    title = f"\n{TITLES[report.metric]}{logarithmic} by {axis.key}, median over the seeds"
    out.print(Text(title, style="dim"))
    write(out, legend([*sweep.labels], width=out.width, color=color))
    picture = sweep_picture(
        curves(report), width=out.width, height=HEIGHT, log_x=axis.log, log=report.metric in LOG,
        percent=metric.percent, x_title=axis.key, color=color,
    )  # fmt: skip
    write(out, picture.text())
    out.print(Text(KEY, style="dim"))


def curves(report: SweepReport) -> list[SweepCurve]:
    """The curves of a sweep over one axis."""
    results, count = report.results, len(report.results.sweep.seeds)
    median, low, high = over_seeds(results, report.metric)
    diverged, collapsed = (results.counts(o) / count for o in ("diverged", "collapsed"))
    found = [report.best(run) for run in range(len(results.sweep.runs))]
    return [
        SweepCurve(
            label, results.sweep.axes[0].values, median[run], low[run], high[run],
            diverged[run], collapsed[run], one.at[0] if one else None, run,
        )
        for run, (label, one) in enumerate(zip(results.sweep.labels, found, strict=True))
    ]  # fmt: skip


def _print_maps(out: Console, report: SweepReport) -> None:
    color, results = out.color_system is not None, report.results
    across, up = results.sweep.axes
    medians = over_seeds(results, report.metric)[0]
    if report.metric in LOG:
        medians = np.where(medians > worth_showing([medians]), np.inf, medians)
    good = report.metric in HIGH_IS_GOOD
    shared = levels(medians, "score" if good else "loss")

    def panel(run: int, label: str) -> Panel:
        found = report.best(run)
        draw = partial(
            map_picture, medians[run], x=across.values, y=up.values, levels=shared,
            best=(found.at[0], found.at[1]) if found else None, high_is_good=good,
            log_x=across.log, log_y=up.log, x_title=across.key, y_title=up.key, color=color,
        )  # fmt: skip
        return Panel(label, lambda width, height: draw(width=width, height=height))

    panels = [panel(run, label) for run, label in enumerate(results.sweep.labels)]
    columns = min(max(out.width // MAP_WIDTH, 1), len(panels))
    height = -(-len(panels) // columns) * (HEIGHT + 1)
    title = f"\n{TITLES[report.metric]}, median over the seeds: the brighter the better, ★ best"
    out.print(Text(title, style="dim"))
    write(out, abreast(panels, out.width, height, color=color).text())


def print_range(out: Console, tests: dict[str, list[RangeTest]]) -> None:
    """The loss against the rate of each run, the median over the seeds, and what is suggested."""
    color = out.color_system is not None
    series, guides = [], []
    for index, (label, found) in enumerate(tests.items()):
        epochs = max(test.losses.size for test in found)
        losses = np.full((len(found), epochs), np.nan)
        for row, test in zip(losses, found, strict=True):
            row[: test.losses.size] = test.losses
        kept = np.isfinite(losses).sum(axis=0) * 2 > len(found)
        rates = max((test.rates for test in found), key=len)[kept]
        series.append((label, np.nanmedian(losses[:, kept], axis=0), rates, index))
        given = [test.suggestion for test in found if test.suggestion]
        if given:
            guides.append(Guide(x=float(np.median(given)), color_index=index))
    out.print(Text("\nLoss (log) by learning rate, median over the seeds", style="dim"))
    write(out, legend(list(tests), width=out.width, color=color))
    most = worth_showing([losses for _, losses, *_ in series])
    shown = [
        Series(label, np.where(losses > most, np.nan, losses), rates, index)
        for label, losses, rates, index in series
    ]
    picture = line_picture(
        shown, width=out.width, height=HEIGHT, log=True, log_x=True, x_title="lr", color=color,
        guides=guides,
    )  # fmt: skip
    write(out, picture.text())
    out.print(Text("dotted: the suggested rate", style="dim"))
