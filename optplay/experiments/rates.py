"""Effective rates of a preset's runs: at chosen steps, and how they spread over time."""

from collections.abc import Sequence
from typing import Any

from optplay.analysis.steps import KINDS, QUANTILES, Quantiles, last_steps, over_time, overlaid
from optplay.errors import InputError, show
from optplay.experiments.experiment import Results
from optplay.experiments.preset import Preset

# Those of exercise 3.
USUAL_STEPS = (10, 50, 200)


def parse_steps(preset: Preset, asked: str | None) -> list[int]:
    """The steps to look at: those asked for, as `10,50,200`; else the preset's, or 10, 50 and 200.

    Raises:
        InputError: not whole numbers between commas, or one beyond the end of every run.
    """
    most = max(run.config.steps for run in preset.runs)
    if asked is None:
        usual = preset.at_steps or USUAL_STEPS
        return [step for step in usual if step <= most] or [most]
    found = [part.strip() for part in asked.split(",")]
    if not all(part.isascii() and part.isdigit() for part in found):
        raise InputError(f"--steps: found {show(asked)}, allowed: numbers, as in 10,50,200")
    for part in found:
        if not 1 <= int(part[:20]) <= most:
            raise InputError(f"--steps: found {show(int(part[:20]))}, allowed: 1 to {most}")
    return list(dict.fromkeys(map(int, found)))


def spread_over_time(results: Results, count: int = 60) -> dict[str, list[Quantiles]]:
    """For each run, by its label, the quantiles over all seeds at the ends of `count` epochs."""
    configs = {run.label: run.config for run in results.preset.runs}
    return {
        label: list(over_time(histories, last_steps(configs[label], count)))
        for label, histories in results.runs.items()
    }


def as_distribution(at: Quantiles) -> dict[str, Any]:
    """Quantiles in the form of a `distribution`, without its histograms."""
    found: dict[str, Any] = {"step": at.step, "moved": at.moved, "idle": at.idle}
    for kind in KINDS:
        values = getattr(at, kind).tolist()
        any_moved = values[0] == values[0]
        named = {f"{q:g}": value for q, value in zip(QUANTILES, values, strict=True)}
        found[kind] = {
            "quantiles": named if any_moved else {},
            "ratio": values[-1] / values[0] if any_moved else None,
        }
    return found


def rates_document(results: Results, steps: Sequence[int]) -> dict[str, Any]:
    """Distributions and quantiles as `optplay rates --json` gives them; see the README."""
    preset = results.preset
    by_step = [overlaid(results.runs, step) for step in steps]
    return {
        "preset": preset.name,
        "title": preset.title,
        "seeds": list(preset.seeds),
        "distributions": [
            {"label": label, **found[label]} for label in results.runs for found in by_step
        ],
        "over_time": [
            {
                "label": label,
                "epoch": [at.epoch for at in way],
                "step": [at.step for at in way],
                "moved": [at.moved for at in way],
                "idle": [at.idle for at in way],
                **{
                    kind: {
                        f"{q:g}": [float(getattr(at, kind)[i]) for at in way]
                        for i, q in enumerate(QUANTILES)
                    }
                    for kind in KINDS
                },
            }
            for label, way in spread_over_time(results).items()
        ],
    }
