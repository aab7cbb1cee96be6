"""Runs that go on from other runs.

A run whose parent diverged before the epoch of the fork has diverged there as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec
import numpy as np

from optplay.experiments.preset import Fork, Preset, Run
from optplay.training import History, RunConfig, refuse_too_large, stream

Start = tuple[History, int]


def origin(preset: Preset, label: str) -> Fork | None:
    """Where a run leaves which run in truth, or None for one that starts by itself.

    Up to its own fork a run is the one that it left: what forks there goes on from that one.
    """
    forks = {run.label: run.fork for run in preset.runs}
    fork = forks[label]
    while fork and (earlier := forks[fork.run]) and fork.epoch < earlier.epoch:
        fork = Fork(run=earlier.run, epoch=fork.epoch)
    return fork


def start_of(preset: Preset, label: str, trained: Callable[[str], History]) -> Start | None:
    """What `stream_from` starts a run from; `trained` gives the History of another run."""
    fork = origin(preset, label)
    return (trained(fork.run), fork.epoch) if fork else None


def stream_from(config: RunConfig, start: Start | None) -> Iterator[History]:
    """As `training.stream`, also where the run to go on from diverged before that epoch."""
    if start and start[0].diverged_at is not None and start[0].epochs < start[1]:
        yield _diverged(config, *start)
    else:
        yield from stream(config, start)


def train_one(
    preset: Preset,
    label: str,
    seed: int,
    *,
    until: int | None = None,
    progress: Callable[[int], None] = lambda steps: None,
) -> History:
    """Trains one run of a preset with one seed, and what it goes on from, if it does.

    Args:
        until: the step after which training may stop; the end of the run if left out.
        progress: called every few milliseconds with how many steps of the run are done.

    Raises:
        InputError: more than this machine can hold or finish.
    """
    config = next(run.config for run in preset.runs if run.label == label)
    config = msgspec.structs.replace(config, seed=seed)
    refuse_too_large([config])
    start = start_of(preset, label, lambda parent: train_one(preset, parent, seed))
    for history in stream_from(config, start):
        progress(history.steps)
        if until is not None and history.steps >= until:
            break
    return history


def _diverged(config: RunConfig, parent: History, epoch: int) -> History:
    per_epoch = config.problem.steps_per_epoch
    # In batches of another size an epoch has other steps.
    within = parent.steps - parent.epochs * parent.config.problem.steps_per_epoch
    steps = parent.epochs * per_epoch + min(within, per_epoch)
    states, state = parent.states, parent.current_state
    if config.optimizer != parent.config.optimizer:
        shape = len(config.rule.slots), config.problem.parameter_count
        states = np.broadcast_to(0.0, (parent.epochs + 1, *shape))
        state = np.broadcast_to(0.0, shape)
    return replace(
        parent, config=config, steps=steps, diverged_at=steps, states=states,
        current_state=state, forked_at=epoch,
    )  # fmt: skip


def by_depth(preset: Preset) -> list[tuple[int, Run]]:
    """The runs with the number of forks that lie before each, parents before their forks."""

    def depth(label: str) -> int:
        fork = origin(preset, label)
        return 1 + depth(fork.run) if fork else 0

    return sorted(((depth(run.label), run) for run in preset.runs), key=lambda pair: pair[0])
