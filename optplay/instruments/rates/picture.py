"""Effective rates and steps of single parameters: at one step, and over time."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Unpack

import numpy as np

from optplay import plots
from optplay.experiments import Results
from optplay.experiments.steps import QUANTILES, Quantiles, distribution
from optplay.experiments.tables import Line
from optplay.instruments.rates.measure import spread_over_time
from optplay.instruments.rates.report import RatesReport
from optplay.plots import Look, Picture
from optplay.plots.picture import Row
from optplay.plots.text import text_cells

LOW, MEDIAN, HIGH = (QUANTILES.index(q) for q in (0.1, 0.5, 0.9))
NOTHING = "no parameter moved"
AXES = {"rates": "multiplier", "steps": "|Δw|"}
GAP, MORE = "  ", "…"
TITLES = {"steps": "Effective rates |Δw|", "rates": "Multipliers"}
HEIGHT, SMALL_HEIGHT, TWO_ABREAST = 13, 10, 60


def rates_histogram(
    runs: Sequence[Mapping[str, Any]], kind: str, width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """How many parameters have which rate, or make which step; a logarithmic bottom axis.

    Args:
        runs: the distribution of each run at one step, with the same edges; see `overlaid`.
        kind: `rates` or `steps`.
    """
    counts = np.array([run[kind]["counts"] for run in runs])
    if not counts.any():
        reasons = {str(run["no_rates"]) for run in runs if kind == "rates" and run["no_rates"]}
        told = f"no multipliers: {'; '.join(sorted(reasons))}" if reasons else NOTHING
        return plots.notice(told, width, height)
    edges = runs[0][kind]["edges"]
    return plots.histogram_picture(
        counts, edges, width=width, height=height, log_x=True, x_title=AXES[kind], **look
    )


def over_time_picture(
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
        series.append(plots.Series("", median, epochs, index, low=low, high=high))
    guides = [] if epoch is None else [plots.Guide(x=epoch)]
    return plots.line_picture(
        series, width=width, height=height, log=True, x_title=unit, guides=guides, **look
    )


def moved_picture(
    runs: Sequence[Mapping[str, Any]], labels: Sequence[str], absent: Sequence[str], width: int,
    **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """A line that tells how many parameters of each run moved; with names, where they fit.

    Args:
        runs: the distribution of each run at one step; see `overlaid`. labels: of the runs.
        absent: for each run what is told of it if it did not make this step.
    """
    counts = [run["moved"] + run["idle"] for run in runs]
    common = {count for count in counts if count}
    head = f"moved, of {common.pop():,}:" if len(common) == 1 else "moved:"
    row: Row = ((head, None),)
    told = [
        f"{run['moved']:,}" + f" of {count:,}" * bool(common) if count else without
        for run, count, without in zip(runs, counts, absent, strict=True)
    ]
    named = [f"{label} {text}" for label, text in zip(labels, told, strict=True)]
    room = width - text_cells(head)
    if sum(text_cells(f"{GAP}● {text}") for text in named) <= room:
        told = named
    for index, text in enumerate(told):
        mark = "●" if look["color"] else plots.run_marker(index)
        ink = plots.run_color(index, look["dark"]) if look["color"] else None
        room -= text_cells(f"{GAP}{mark} {text}")
        last = index == len(runs) - 1
        if room < (0 if last else text_cells(GAP + MORE)):
            row = (*row, (GAP + MORE, None))
            break
        row = (*row, (GAP + mark, ink), (f" {text}", None))
    return plots.text_picture([row], width, 1)


def drawings(report: RatesReport, width: int, look: Look) -> Iterator[Line | Picture]:
    """What `--plot` shows: histograms of rates and of steps, and how they move over time."""
    ways = spread_over_time(report.results)
    yield Line("")
    yield plots.legend(list(ways), width=width, **look)
    rows = [
        (f"at step {step}", partial(rates_histogram, list(found.values())))
        for step, found in zip(report.steps, report.by_step, strict=True)
    ]
    rows.append(("over time", partial(over_time_picture, list(ways.values()))))
    for when, draw in rows:
        panels = [
            plots.Panel(f"{title} {when}", partial(draw, kind, **look))
            for kind, title in TITLES.items()
        ]
        height = HEIGHT if width >= TWO_ABREAST else 2 * HEIGHT
        yield plots.abreast(panels, width, height, **look)
    yield Line(
        "How many parameters have which; over time the median, with a band from 10 to 90 %", "dim"
    )


def of_run(results: Results, width: int, look: Look) -> Iterator[Line | Picture]:
    """What `optplay run --plot` shows of a preset with `at_steps`: how rates are spread."""
    steps = results.preset.at_steps
    for label, histories in results.runs.items():
        panels = []
        for step in steps:
            found = distribution(histories, step)
            if found["rates"]["counts"]:
                draw = partial(rates_histogram, [found], "rates", **look)
                panels.append(plots.Panel(f"after step {step}", draw))
        if panels:
            yield Line(f"{label}: how many parameters have which rate")
            yield plots.abreast(panels, width, SMALL_HEIGHT, columns=len(panels), **look)
