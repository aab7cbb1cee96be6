"""What running a preset came to, as data: the report of `optplay run`."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import msgspec

from optplay.experiments import tables
from optplay.experiments.claims import Verdict
from optplay.experiments.experiment import Results
from optplay.experiments.metrics import METRICS, Metric
from optplay.experiments.preset import Preset
from optplay.experiments.steps import distribution
from optplay.experiments.wording import caution, number
from optplay.training import RECORDED, History, RunConfig

REACHED = 0.9
NEAR = 0.01
# What a verdict comes to, in JSON and CSV.
COUNTED = ("verdict", "held", "ties", "undefined", "of", "p")


@dataclass(frozen=True)
class RunReport(tables.Report):
    """All of the results of a preset; see docs/json.md for the document."""

    results: Results

    def document(self) -> dict[str, Any]:
        results, preset = self.results, self.results.preset
        report = tables.heading(preset)
        report["runs"] = [
            {
                "label": run.label,
                "seed": history.config.seed,
                "config": msgspec.to_builtins(history.config),
                "fork": msgspec.to_builtins(run.fork),
                "outcome": history.outcome,
                "diverged_at": history.diverged_at,
                "metrics": run_metrics(history),
                "history": {q: history[q] for q in RECORDED},
                "weights": weights_told(history.config, whole=history.whole),
                "final_params": history.final,
                **({"path": history.weights} if run.config.on_surface else {}),
            }
            for run in preset.runs
            for history in results.runs[run.label]
        ]
        report["claims"] = [verdict_document(v) for v in results.verdicts]
        report["try"] = msgspec.to_builtins(preset.tries)
        if preset.at_steps:
            report["distributions"] = [
                {"label": label, **distribution(histories, step)}
                for label, histories in results.runs.items()
                for step in preset.at_steps
            ]
        return report

    def csv(self) -> Mapping[str, tables.CsvRows]:
        runs = [(label, h) for label, histories in self.results.runs.items() for h in histories]
        epochs = (
            (label, h.config.seed, epoch, *row)
            for label, h in runs
            for epoch, row in enumerate(tables.in_parts(h.record), 1)
        )
        metrics = (
            (label, h.config.seed, h.outcome, h.diverged_at, *run_metrics(h).values())
            for label, h in runs
        )
        claims = (
            (v.claim.text, *(getattr(v, name) for name in COUNTED), v.left.median, v.right.median)
            for v in self.results.verdicts
        )
        return {
            "history.csv": chain([("label", "seed", "epoch", *RECORDED)], epochs),
            "metrics.csv": [
                ("label", "seed", "outcome", "diverged_at", *run_metrics(runs[0][1])), *metrics,
            ],
            "claims.csv": [("text", *COUNTED, "left_median", "right_median"), *claims],
        }  # fmt: skip

    def parts(self) -> Iterable[tables.Part]:
        preset = self.results.preset
        yield tables.Line(preset.title, "bold")
        if preset.question:
            yield tables.Line(preset.question)
        columns = _columns(preset)
        ways = [*((columns, between) for between in tables.BETWEEN[:2])]
        ways += [(columns[:-1], between) for between in tables.BETWEEN[1:]]
        yield tables.Choice(self._table(*way) for way in ways)
        if preset.at_steps:
            yield from rates_parts(
                "Effective rates |Δw| and multipliers: all parameters of all seeds that moved",
                (
                    (label, distribution(histories, step))
                    for label, histories in self.results.runs.items()
                    for step in preset.at_steps
                ),
            )

    def closing(self) -> Iterable[tables.Part]:
        if self.results.verdicts:
            yield tables.Line("")
            yield from self.results.verdicts
            if few := caution(len(self.results.preset.seeds), self.results.verdicts):
                yield tables.Line(few, "dim")

    def _table(
        self, columns: list[tuple[str, Metric, float]], between: tables.Between
    ) -> tables.Table:
        preset = self.results.preset
        headings = ["Run", "<Outcome", *(name for name, _, _ in columns)]
        rows = []
        for label in self.results.runs:
            cells = [self._cell(label, metric, at, between) for _, metric, at in columns]
            rows.append([label, self._outcome(label), *cells])
        note = tables.seeds_note(preset, between)
        if not any(run.config.problem.by_chance for run in preset.runs):
            note = tables.noted("the same with every seed: chance plays no part", preset)
        return tables.Table(headings, rows, note)

    def _outcome(self, label: str) -> str:
        came = {k: n for k, n in self.results.outcomes(label).items() if n}
        many = len(self.results.preset.seeds) > 1
        return "\n".join(f"{k} {n}" for k, n in came.items()) if many else next(iter(came))

    def _cell(self, label: str, metric: Metric, at: float, between: tables.Between) -> str:
        side = self.results.summary(label, metric.name, at)
        return tables.cell(side, between, percent=metric.percent, infinite=metric.infinite)


def weights_told(config: RunConfig, *, whole: bool = True) -> str:
    """Of which weights something is told: of those trained, or of others that are evaluated.

    Args:
        whole: whether it is of the end of an epoch; only then others are known.
    """
    return "evaluated" if config.evaluated_apart and whole else "trained"


def run_metrics(history: History) -> dict[str, float]:
    """The fast metrics that need no `at`, and when it came to 90 % accuracy, or near."""
    config = history.config
    metrics = {
        m.name: m.measure(history, 0.0)
        for m in METRICS.values()
        if not (m.needs or m.slow) and m.fits(config.problem)
    }
    name, at = ("steps_to_distance", NEAR) if config.on_surface else ("epochs_to_accuracy", REACHED)
    metrics[f"{name}_{at:g}"] = METRICS[name].measure(history, at)
    return metrics


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    claim = verdict.claim
    return {
        "text": claim.text,
        "source": claim.source,
        "metric": claim.metric,
        "at": claim.at,
        "is": claim.is_,
        **{name: getattr(verdict, name) for name in COUNTED},
        "left": {"run": claim.left, **asdict(verdict.left)},
        "right": {"run": claim.right, **asdict(verdict.right)},
    }


def _columns(preset: Preset) -> list[tuple[str, Metric, float]]:
    """What the table of runs tells, the most telling first, since the last gives way."""
    costs = {run.config.evaluations_per_step for run in preset.runs}
    # Told only where a comparison at equal epochs would not be one at equal cost.
    cost = [(">Gradients", METRICS["gradient_evaluations"], 0.0)] * (len(costs) > 1)
    if not preset.on_surface:
        return [
            (">Final loss", METRICS["final_loss"], 0.0),
            (">Accuracy", METRICS["final_accuracy"], 0.0),
            (f">Epochs to\n{100 * REACHED:.0f} %", METRICS["epochs_to_accuracy"], REACHED),
            *cost,
            (">‖w‖", METRICS["weight_norm"], 0.0),
        ]
    return [
        (">Final value", METRICS["final_loss"], 0.0),
        (">Distance", METRICS["distance"], 0.0),
        (f">Steps to\ndistance {NEAR:g}", METRICS["steps_to_distance"], NEAR),
        *cost,
        (">Final x", METRICS["final_x"], 0.0),
    ]


def rates_parts(
    title: str, found: Iterable[tuple[str, dict[str, Any]]], note: str = ""
) -> Iterable[tables.Part]:
    """How far parameters move, and at which rates: for runs, by label, the `distribution` of steps.

    What a distribution has besides its quantiles is not needed. `note` stands below, after why some
    run has no rates.
    """
    yield tables.Line(f"\n{title}")
    headings = ["Run", ">Step", "<What", ">10 %", ">Median", ">90 %", ">Max/min", ">Idle"]
    rows, reasons = [], {}
    for label, at in found:
        if at["no_rates"]:
            reasons[label] = f"{label} has no multiplier for each parameter: {at['no_rates']}"
        for kind, name in (("rates", "multiplier"), ("steps", "|Δw|")):
            q, ratio = at[kind]["quantiles"], at[kind]["ratio"]
            cells = [number(q[k]) if q else "—" for k in ("0.1", "0.5", "0.9")]
            cells += ["—" if ratio is None else number(ratio), str(at["idle"])]
            rows.append([label, str(at["step"]), name, *cells])
    note = "\n".join([*reasons.values(), *filter(None, [note])])
    yield tables.Choice(
        tables.Table(headings[:n], [row[:n] for row in rows], note) for n in (8, 7, 6)
    )
