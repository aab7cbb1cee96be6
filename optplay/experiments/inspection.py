"""One update of one run of a preset: finding it, and telling of it as data."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from optplay.analysis.inspect import Dissection, rows, take_apart
from optplay.errors import InputError, inside, nearest, show, unknown
from optplay.experiments.forks import train_one
from optplay.experiments.preset import Preset, Run
from optplay.training import RunConfig


def find_run(preset: Preset, label: str | None) -> Run:
    """The run with this label, or the first one.

    Raises:
        InputError: there is none.
    """
    runs = {run.label: run for run in preset.runs}
    if label is None:
        return preset.runs[0]
    if label not in runs:
        raise InputError(unknown("run", label, runs))
    return runs[label]


def find_parameter(config: RunConfig, asked: str) -> int:
    """The index of a parameter, from its name or the index as text.

    Raises:
        InputError: there is none.
    """
    names = config.problem.parameter_names
    plain = {"".join(name.lower().split()): index for index, name in enumerate(names)}
    wanted = "".join(asked.lower().split())
    if wanted in plain:
        return plain[wanted]
    if wanted.isdecimal() and int(wanted) < len(names):
        return int(wanted)
    near = nearest(asked, names)
    hint = f"did you mean {near!r}? " if near else ""
    raise InputError(
        f"unknown parameter {show(asked)}: {hint}"
        f"allowed: 0 to {len(names) - 1}, or a name from {names[0]!r} to {names[-1]!r}"
    )


def inspect(
    preset: Preset,
    label: str | None = None,
    step: int = 1,
    parameter: str | None = None,
    *,
    progress: Callable[[int], None] = lambda steps: None,
) -> tuple[str, Dissection, int]:
    """One update of one run, with the first seed of the preset.

    Args:
        label: of the run; the first one if left out.
        step: the number of the update, from 1.
        parameter: its name or index; the one that the rule moves most if left out.
        progress: see `train_one`.

    Returns:
        The label, the update, and the index of the parameter.

    Raises:
        InputError: no such run, step or parameter, or more work than this machine can do.
    """
    run = find_run(preset, label)
    if not 1 <= step <= run.config.steps:
        raise InputError(f"step: found {step}, allowed: 1 to {run.config.steps}")
    index = None if parameter is None else find_parameter(run.config, parameter)
    history = train_one(preset, run.label, preset.seeds[0], until=step, progress=progress)
    try:
        found = take_apart(history, step)
    except InputError as error:
        raise inside(run.label, error) from None
    return run.label, found, found.largest if index is None else index


def inspection_document(
    preset: Preset, label: str, found: Dissection, parameter: int
) -> dict[str, Any]:
    """An update as `optplay inspect --json` gives it; see the README for the format."""
    config, update = found.config, found.update
    names = config.problem.parameter_names
    return {
        "preset": preset.name,
        "title": preset.title,
        "label": label,
        "seed": config.seed,
        "optimizer": config.optimizer,
        "formula": list(config.rule.formula),
        "step": found.step,
        "epoch": found.epoch,
        "t": update.t,
        "lr": update.lr,
        "samples": [] if config.on_surface else update.samples.tolist(),
        "loss": update.loss,
        "gradient_norm": update.norm,
        "clip_factor": found.clip_factor,
        "parameter": {"index": parameter, "name": names[parameter]},
        "rows": [asdict(row) for row in rows(found, parameter)],
        "parameters": list(names),
        "gradient": update.gradient.tolist(),
        "clipped_gradient": update.clipped_gradient.tolist(),
        "l2_term": found.l2_term.tolist(),
        "rule_gradient": update.rule_gradient.tolist(),
        "states": {
            slot: {"before": before.tolist(), "after": after.tolist()}
            for slot, (before, after) in found.states.items()
        },
        "terms": {name: np.asarray(value).tolist() for name, value in found.terms.items()},
        "delta": update.delta.tolist(),
        "decay": found.decay.tolist(),
        "weights": {"before": update.before.tolist(), "after": update.after.tolist()},
    }
