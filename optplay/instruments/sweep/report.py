"""What a sweep came to, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from optplay.counting import counted
from optplay.experiments import METRICS, OUTCOMES, Preset, Side, number, numbers, tables
from optplay.experiments.report import REACHED
from optplay.instruments.sweep.best import Best, best, over_seeds
from optplay.instruments.sweep.measure import SWEPT, SweepResults

# What a report calls each metric, as `optplay run` does.
NAMES = {name: name for name in SWEPT} | {"epochs_to_accuracy": f"epochs_to_accuracy_{REACHED:g}"}
# What the metrics that sweeps keep are called for people.
SPOKEN = {
    "final_loss": "Final loss",
    "final_accuracy": "Accuracy",
    "epochs_to_accuracy": "Epochs to 90 %",
    "final_test_loss": "Test loss",
}
NONE = "—"


@dataclass(frozen=True)
class SweepReport(tables.Report):
    """A sweep with what it says by one metric; see docs/json.md for the document.

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
    confirmed: Mapping[str, Side]
    fresh: tuple[int, ...] = ()

    def best(self, run: int) -> Best | None:
        return best(self.results, run, self.metric)

    def document(self) -> dict[str, Any]:
        sweep = self.results.sweep
        return tables.heading(self.preset, sweep.ends) | {
            "metric": NAMES[self.metric],
            "axes": [{"key": a.key, "log": a.log, "values": a.values} for a in sweep.axes],
            "seeds": sweep.seeds,
            "fresh_seeds": self.fresh,
            "gradient_evaluations": sweep.evaluations,
            "runs": [
                {
                    "label": run.label,
                    "config": msgspec.to_builtins(run.config),
                    "points": _points(self.results, index),
                    "best": _best(self, index),
                }
                for index, run in enumerate(sweep.runs)
            ],
        }

    def csv(self) -> Mapping[str, tables.CsvRows]:
        results = self.results
        keys = [axis.key for axis in results.sweep.axes]
        runs = (
            (
                label, *values, seed, OUTCOMES[results.outcomes[(*place, i)]],
                *(results.metrics[name][(*place, i)] for name in SWEPT),
            )
            for run, label in enumerate(results.sweep.labels)
            for place, values in _grid(results, run)
            for i, seed in enumerate(results.sweep.seeds)
        )  # fmt: skip
        best_headings = (
            "label", *keys, "median", "low", "high", *OUTCOMES,
            *(f"{key}_good_{end}" for key in keys for end in ("low", "high")),
            "confirmed_median", "confirmed_low", "confirmed_high",
        )  # fmt: skip
        return {
            "sweep.csv": [("label", *keys, "seed", "outcome", *NAMES.values()), *runs],
            "best.csv": [
                best_headings, *(_best_row(self, run) for run in range(len(results.sweep.runs))),
            ],
        }  # fmt: skip

    def parts(self) -> Iterable[tables.Part]:
        sweep = self.results.sweep
        yield tables.Line(self.preset.title, "bold")
        each = sweep.count // len(sweep.runs)
        yield tables.Line(
            f"Each run made {counted(each, 'time')}: {self._grid()}, {self._length()}"
        )
        yield tables.Choice(self._table(between) for between in tables.BETWEEN)

    def _length(self) -> str:
        """How long the runs are."""
        sweep = self.results.sweep
        if sweep.evaluations is None:
            return counted(sweep.runs[0].config.epochs, "epoch")
        gradients = counted(int(sweep.evaluations), "gradient")
        epochs = dict.fromkeys(config.epochs for config in sweep.ends)
        lengths = " or ".join(f"{length:,}" for length in epochs)
        return f"{gradients} each, {lengths} epochs"

    def _grid(self) -> str:
        sweep = self.results.sweep
        parts = [
            f"{counted(len(axis.values), 'value')} of {axis.key} from "
            + " to ".join(numbers(axis.values[0], axis.values[-1]))
            for axis in sweep.axes
        ]
        return " × ".join([*parts, counted(len(sweep.seeds), "seed")])

    def _table(self, between: tables.Between) -> tables.Table:
        sweep = self.results.sweep
        keys = [axis.key for axis in sweep.axes]
        headings = [
            "Run", *(f">Best\n{key}" for key in keys), f">{SPOKEN[self.metric]}",
            *([">Confirmed"] if self.confirmed else []),
            *(f">Good {key if len(keys) > 1 else 'range'}" for key in keys),
            *([">Decades"] if len(keys) == 1 and sweep.axes[0].log else []),
            ">Diverged", ">Collapsed",
        ]  # fmt: skip
        rows = [self._row(run, between, len(headings)) for run in range(len(sweep.runs))]
        return tables.Table(headings, rows, self._note(between))

    def _row(self, run: int, between: tables.Between, columns: int) -> list[str]:
        sweep, metric = self.results.sweep, METRICS[self.metric]
        label, found, each = sweep.labels[run], self.best(run), sweep.count // len(sweep.runs)
        lost = [int(self.results.counts(o)[run].sum()) for o in ("diverged", "collapsed")]
        shares = [f"{100 * n / each:.0f} %" for n in lost]
        if found is None:
            return [label, *([NONE] * (columns - 3)), *shares]
        words: dict[str, Any] = {"percent": metric.percent, "infinite": metric.infinite}
        cells = [label, *map(number, found.values), tables.cell(found.side, between, **words)]
        if self.confirmed:
            cells.append(tables.cell(self.confirmed[label], between, **words))
        cells += [_range(found, axis) for axis in range(len(sweep.axes))]
        if len(sweep.axes) == 1 and sweep.axes[0].log:
            cells.append(("≥ " if any(found.ends[0]) else "") + f"{found.decades:.2f}")
        return [*cells, *shares]

    def _note(self, between: tables.Between) -> str:
        lines = [tables.seeds_note(self.preset, between, self.results.sweep.ends)]
        lines.append(
            "Good range: the values around the best whose median is at most 10 % worse; ≤ where it "
            "reaches the end of what was tried."
        )
        if self.confirmed:
            first, last = self.fresh[0], self.fresh[-1]
            lines.append(f"Confirmed: the best value again on seeds {first}–{last}, not chosen on.")
        else:
            lines.append(
                "The best of many values on the seeds that chose it is optimistic, for all runs "
                "alike: --confirm measures it on fresh ones."
            )
        return "\n".join(lines)


def sides_of(results: SweepResults, metric: str) -> dict[str, Side]:
    """Median and quartiles of each run, by its label, of a sweep without axes."""
    rows = zip(*(values.tolist() for values in over_seeds(results, metric)), strict=True)
    return {label: Side(*row) for label, row in zip(results.sweep.labels, rows, strict=True)}


def _points(results: SweepResults, run: int) -> list[dict[str, Any]]:
    spreads = {name: over_seeds(results, name) for name in SWEPT}
    counts = {outcome: results.counts(outcome) for outcome in OUTCOMES}
    points = []
    for place, values in _grid(results, run):
        epochs = results.sweep.config((*place, 0)).epochs
        point: dict[str, Any] = {"at": values, "epochs": epochs}
        for name, (median, low, high) in spreads.items():
            point[NAMES[name]] = {
                "median": float(median[place]), "low": float(low[place]),
                "high": float(high[place]), "seeds": results.metrics[name][place].tolist(),
            }  # fmt: skip
        points.append(point | {outcome: int(count[place]) for outcome, count in counts.items()})
    return points


def _grid(results: SweepResults, run: int) -> Iterable[tuple[tuple[int, ...], list[float]]]:
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


def _range(found: Best, axis: int) -> str:
    (low, high), (below, above) = found.good[axis], found.ends[axis]
    text = number(low) if low == high else "–".join(numbers(low, high))
    return ("≤ " if below else "") + text + (" ≤" if above else "")
