"""Results as data: one JSON document, or tables as CSV."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from optplay.analysis.steps import distribution
from optplay.experiments.claims import Verdict
from optplay.experiments.experiment import Results
from optplay.experiments.metrics import METRICS
from optplay.files import write_text
from optplay.training import QUANTITIES, History

REACHED = 0.9
NEAR = 0.01


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
    """A verdict, with the claim it is on, as the JSON report gives it."""
    claim = verdict.claim
    return {
        "text": claim.text,
        "source": claim.source,
        "metric": claim.metric,
        "at": claim.at,
        "is": claim.is_,
        "verdict": verdict.verdict,
        "held": verdict.held,
        "ties": verdict.ties,
        "undefined": verdict.undefined,
        "of": verdict.of,
        "p": verdict.p,
        "left": {"run": claim.left, **asdict(verdict.left)},
        "right": {"run": claim.right, **asdict(verdict.right)},
    }


def document(results: Results) -> dict[str, Any]:
    """All of the results, as the JSON report gives them; see the README for the format."""
    preset = results.preset
    report: dict[str, Any] = {
        "preset": preset.name,
        "title": preset.title,
        "runs": [
            {
                "label": run.label,
                "seed": history.config.seed,
                "config": msgspec.to_builtins(history.config),
                "fork": msgspec.to_builtins(run.fork),
                "outcome": history.outcome,
                "diverged_at": history.diverged_at,
                "metrics": run_metrics(history),
                "history": {q: history[q].tolist() for q in QUANTITIES},
                "final_params": history.current.tolist(),
                **({"path": history.weights.tolist()} if run.config.on_surface else {}),
            }
            for run in preset.runs
            for history in results.runs[run.label]
        ],
        "claims": [verdict_document(v) for v in results.verdicts],
    }
    if preset.at_steps:
        report["distributions"] = [
            {"label": label, **distribution(histories, step)}
            for label, histories in results.runs.items()
            for step in preset.at_steps
        ]
    return report


def strict_json(report: dict[str, Any]) -> str:
    """A document as strict JSON in one line; numbers that are not finite are null."""
    return msgspec.json.encode(report).decode()


def to_json(results: Results) -> str:
    """The document of the results as strict JSON."""
    return strict_json(document(results))


def write_csv(results: Results, folder: Path) -> list[Path]:
    """Writes history.csv, metrics.csv and claims.csv into `folder`, made if need be.

    Each file is complete or not there: it is written under another name, then renamed.

    Raises:
        OSError: the folder can't be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    runs = [(label, h) for label, histories in results.runs.items() for h in histories]
    names = list(run_metrics(runs[0][1]))
    tables: dict[str, Iterable[Iterable[object]]] = {
        "history.csv": [
            ("label", "seed", "epoch", *QUANTITIES),
            *(
                (label, h.config.seed, epoch, *row)
                for label, h in runs
                for epoch, row in enumerate(h.record.tolist(), 1)
            ),
        ],
        "metrics.csv": [
            ("label", "seed", "outcome", "diverged_at", *names),
            *(
                (label, h.config.seed, h.outcome, h.diverged_at, *run_metrics(h).values())
                for label, h in runs
            ),
        ],
        "claims.csv": [
            (
                "text",
                "verdict",
                "held",
                "ties",
                "undefined",
                "of",
                "p",
                "left_median",
                "right_median",
            ),
            *(
                (
                    v.claim.text,
                    v.verdict,
                    v.held,
                    v.ties,
                    v.undefined,
                    v.of,
                    v.p,
                    v.left.median,
                    v.right.median,
                )
                for v in results.verdicts
            ),
        ],
    }
    for name, rows in tables.items():
        write_text(folder / name, csv_text(rows))
    return [folder / name for name in tables]


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """The rows as the text of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
