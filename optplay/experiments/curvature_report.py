"""The curvature of a preset's runs, computed on all cores, and as data."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from optplay.analysis.curvature import Curvature, even_epochs, sharpness
from optplay.experiments.claims import Side, side
from optplay.experiments.experiment import Results
from optplay.experiments.flatness import stability_ratio
from optplay.experiments.report import csv_text
from optplay.files import write_text
from optplay.training import History

COLUMNS = ("sharpness", "preconditioned", "threshold", "ratio")


def figures_of(history: History) -> dict[str, float]:
    """The numbers that sum up a run's curvature.

    Returns:
        `start`, `end` and `max` of the sharpness, the `preconditioned` one and the `threshold` at
        the end, and `stability_ratio`.
    """
    found = sharpness(history)
    defined = found.sharpness[np.isfinite(found.sharpness)]
    return {
        "start": float(found.sharpness[0]),
        "end": float(found.sharpness[-1]),
        "max": float(defined.max()) if defined.size else float("nan"),
        "preconditioned": float(found.preconditioned[-1]),
        "threshold": float(found.threshold[-1]),
        "stability_ratio": stability_ratio(history),
    }


def measure_curvature(
    results: Results, *, progress: Callable[[int], None] = lambda epochs: None
) -> None:
    """Computes the curvature of all runs on all cores, after which asking for it takes no time.

    Args:
        progress: called in this thread with how many of `curvature_epochs(results)` are done.

    Raises:
        InputError: a network too large.
    """
    histories = [h for seeds in results.runs.values() for h in seeds]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = 0
        for found in pool.map(sharpness, histories):
            done += len(found.epochs)
            progress(done)


def curvature_epochs(results: Results) -> int:
    """How many Hessians `measure_curvature` computes."""
    return sum(len(even_epochs(h)) for seeds in results.runs.values() for h in seeds)


def curvature_summary(results: Results, label: str) -> dict[str, Side]:
    """For each of `figures_of` its median over the seeds of a run, with quartiles."""
    found = [figures_of(history) for history in results.runs[label]]
    return {name: side([figures[name] for figures in found]) for name in found[0]}


def curvature_document(results: Results) -> dict[str, Any]:
    """The curvature of all runs, as `optplay curvature --json` gives it; see the README."""
    preset = results.preset
    return {
        "preset": preset.name,
        "title": preset.title,
        "runs": [
            {
                "label": label,
                "seed": history.config.seed,
                "config": msgspec.to_builtins(history.config),
                "outcome": history.outcome,
                "figures": figures_of(history),
                "curvature": _columns(sharpness(history)),
            }
            for label, histories in results.runs.items()
            for history in histories
        ],
    }


def _columns(found: Curvature) -> dict[str, list[float]]:
    names = ("epochs", *COLUMNS)
    return {name: getattr(found, name).tolist() for name in names}


def curvature_json(results: Results) -> str:
    """The document as strict JSON in one line; numbers that are not finite are null."""
    return msgspec.json.encode(curvature_document(results)).decode()


def write_curvature(results: Results, folder: Path) -> list[Path]:
    """Writes curvature.csv into `folder`, made if need be: a row per run, seed and epoch.

    Raises:
        OSError: the folder can't be made or written to.
    """
    rows: list[Iterable[object]] = [("label", "seed", "epoch", *COLUMNS)]
    for label, histories in results.runs.items():
        for history in histories:
            columns = _columns(sharpness(history)).values()
            seed = history.config.seed
            rows += [(label, seed, *row) for row in zip(*columns, strict=True)]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "curvature.csv"
    write_text(path, csv_text(rows))
    return [path]
