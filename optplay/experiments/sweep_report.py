"""What a sweep and a range test came to as data: JSON documents and tables as CSV."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from optplay.experiments.best import Best, best, over_seeds
from optplay.experiments.claims import Side
from optplay.experiments.experiment import OUTCOMES
from optplay.experiments.preset import Preset
from optplay.experiments.range_test import RangeTest
from optplay.experiments.report import REACHED, csv_text
from optplay.experiments.sweep import SWEPT, SweepResults
from optplay.files import write_text

# What a report calls each metric, as `optplay run` does.
NAMES = {name: name for name in SWEPT} | {"epochs_to_accuracy": f"epochs_to_accuracy_{REACHED:g}"}


@dataclass(frozen=True)
class SweepReport:
    """A sweep with what it says by one metric.

    Attributes:
        preset: where it comes from.
        results: of all its runs.
        metric: one of SWEPT, by which the best is chosen.
        confirmed: the metric of each run, by its label, at its best value on fresh seeds; and of
            those `fresh` seeds; empty if that was not asked for.
    """

    preset: Preset
    results: SweepResults
    metric: str
    confirmed: dict[str, Side]
    fresh: tuple[int, ...] = ()

    def best(self, run: int) -> Best | None:
        """Where a run, by its index, does best."""
        return best(self.results, run, self.metric)


def sides_of(results: SweepResults, metric: str) -> dict[str, Side]:
    """Median and quartiles of each run, by its label, of a sweep without axes."""
    rows = zip(*(values.tolist() for values in over_seeds(results, metric)), strict=True)
    return {label: Side(*row) for label, row in zip(results.sweep.labels, rows, strict=True)}


def sweep_document(report: SweepReport) -> dict[str, Any]:
    """All of a sweep, as its JSON report gives it; see the README for the format."""
    sweep = report.results.sweep
    return {
        "preset": report.preset.name,
        "title": report.preset.title,
        "metric": NAMES[report.metric],
        "axes": [{"key": a.key, "log": a.log, "values": a.values} for a in sweep.axes],
        "seeds": sweep.seeds,
        "fresh_seeds": report.fresh,
        "runs": [
            {
                "label": run.label,
                "config": msgspec.to_builtins(run.config),
                "points": _points(report.results, index),
                "best": _best(report, index),
            }
            for index, run in enumerate(sweep.runs)
        ],
    }


def _points(results: SweepResults, run: int) -> list[dict[str, Any]]:
    spreads = {name: over_seeds(results, name) for name in SWEPT}
    counts = {outcome: results.counts(outcome) for outcome in OUTCOMES}
    points = []
    for place, values in _grid(results, run):
        point: dict[str, Any] = {"at": values}
        for name, (median, low, high) in spreads.items():
            point[NAMES[name]] = {
                "median": float(median[place]), "low": float(low[place]),
                "high": float(high[place]), "seeds": results.metrics[name][place].tolist(),
            }  # fmt: skip
        points.append(point | {outcome: int(count[place]) for outcome, count in counts.items()})
    return points


def _grid(results: SweepResults, run: int) -> Iterable[tuple[tuple[int, ...], list[float]]]:
    """The places of a run, without the seed, and the values of the axes there."""
    axes = results.sweep.axes
    for place in np.ndindex(results.sweep.shape[1:-1]):
        yield (run, *place), [axis.values[i] for axis, i in zip(axes, place, strict=True)]


def _best(report: SweepReport, run: int) -> dict[str, Any] | None:
    found = report.best(run)
    if found is None:
        return None
    confirmed = report.confirmed.get(report.results.sweep.labels[run])
    return {
        "at": found.values,
        **_side(found.side),
        **found.outcomes,
        "good": [
            {"low": low, "high": high, "open_below": below, "open_above": above}
            for (low, high), (below, above) in zip(found.good, found.ends, strict=True)
        ],
        "decades": found.decades if report.results.sweep.axes[0].log else None,
        "confirmed": _side(confirmed) if confirmed else None,
    }


def _side(side: Side) -> dict[str, float]:
    return {"median": side.median, "low": side.low, "high": side.high}


def range_document(preset: Preset, tests: dict[str, list[RangeTest]], to: float) -> dict[str, Any]:
    """Range tests of each run, by its label, over the preset's seeds, as JSON gives them."""
    return {
        "preset": preset.name,
        "title": preset.title,
        "to": to,
        "runs": [
            {
                "label": label,
                "seed": seed,
                "rates": test.rates.tolist(),
                "losses": test.losses.tolist(),
                "steepest": test.steepest,
                "rising": test.rising,
                "suggestion": test.suggestion,
                "diverged": test.diverged,
            }
            for label, found in tests.items()
            for seed, test in zip(preset.seeds, found, strict=True)
        ],
    }


def write_sweep_csv(report: SweepReport, folder: Path) -> list[Path]:
    """Writes sweep.csv, a row per run made, and best.csv, a row per run, into `folder`.

    Raises:
        OSError: the folder can't be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results = report.results
    keys = [axis.key for axis in results.sweep.axes]
    tables: dict[str, Iterable[Iterable[object]]] = {
        "sweep.csv": [
            ("label", *keys, "seed", "outcome", *NAMES.values()),
            *(
                (
                    label, *values, seed, OUTCOMES[results.outcomes[(*place, i)]],
                    *(results.metrics[name][(*place, i)] for name in SWEPT),
                )
                for run, label in enumerate(results.sweep.labels)
                for place, values in _grid(results, run)
                for i, seed in enumerate(results.sweep.seeds)
            ),
        ],
        "best.csv": [
            (
                "label", *keys, "median", "low", "high", *OUTCOMES,
                *(f"{key}_good_{end}" for key in keys for end in ("low", "high")),
                "confirmed_median", "confirmed_low", "confirmed_high",
            ),
            *(_best_row(report, run) for run in range(len(results.sweep.runs))),
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        write_text(folder / name, csv_text(rows))
    return [folder / name for name in tables]


def _best_row(report: SweepReport, run: int) -> list[object]:
    label, found = report.results.sweep.labels[run], report.best(run)
    if found is None:
        return [label]
    confirmed = report.confirmed.get(label)
    return [
        label, *found.values, *_side(found.side).values(), *found.outcomes.values(),
        *(end for ends in found.good for end in ends),
        *(_side(confirmed).values() if confirmed else ()),
    ]  # fmt: skip
