"""Runs that go on from other runs.

A run whose parent diverged before the epoch of the fork has diverged there as well.
"""

from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from threading import Event
from typing import TypeVar

import msgspec
import numpy as np

from optplay.experiments.preset import Fork, Preset
from optplay.training import MOST_BYTES, History, RunConfig, refuse_too_large, stream
from optplay.training.engine import compile_for
from optplay.training.lockstep import Job, grouped, in_lockstep
from optplay.training.past import Past, rows_apart
from optplay.training.pool import Priority, Streams
from optplay.training.trainer import Start, shape

K = TypeVar("K")


def origin(preset: Preset, label: str) -> Fork | None:
    """Where a run leaves which run in truth, or None for one that starts by itself.

    Up to its own fork a run is the one that it left: what forks there goes on from that one.
    """
    forks = {run.label: run.fork for run in preset.runs}
    fork = forks[label]
    while fork and (earlier := forks[fork.run]) and fork.epoch < earlier.epoch:
        fork = Fork(run=earlier.run, epoch=fork.epoch)
    return fork


def lineage(preset: Preset, label: str) -> list[RunConfig]:
    """A run and those whose past it has."""
    config = next(run.config for run in preset.runs if run.label == label)
    fork = origin(preset, label)
    return [config, *(lineage(preset, fork.run) if fork else [])]


def stream_from(config: RunConfig, start: Start | None) -> Generator[History, None, None]:
    """As `training.stream`, also where the run to go on from diverged before that epoch."""
    if start and _over_before(start):
        yield _diverged(config, *start)
    else:
        yield from stream(config, start)


def _over_before(start: Start | None) -> bool:
    """Whether the run to go on from diverged before that epoch."""
    return start is not None and start[0].diverged_at is not None and start[0].epochs < start[1]


def stream_runs(
    origins: Mapping[K, tuple[K, int] | None],
    config: Callable[[K], RunConfig],
    known: Mapping[K, History],
    *,
    priority: Priority,
    width: int | None = None,
    cancelled: Event | None = None,
    in_turn: bool = False,
    most: int = MOST_BYTES,
) -> Iterator[tuple[K, History, bool]]:
    """Trains runs side by side; one that goes on from another begins as soon as that is there.

    Yields (key, the run's History so far, whether that is all of it).

    Args:
        origins: for each run's key where it leaves which other one, as `origin` tells, or None.
        config: what to train for a key; asked by the thread that trains it.
        known: Histories, by key, that need no training any more.
        priority, width, cancelled, in_turn: see `training.pool.Streams`.
        most: the bytes of weights and states that each run may keep.
    """

    forks: dict[K, list[tuple[K, int]]] = {}
    for key, left in origins.items():
        if left and key not in known:
            forks.setdefault(left[0], []).append((key, left[1]))

    def followed(parent: K, history: History) -> Iterator[Job[K]]:
        """The runs that go on from this one, and may begin now."""
        for fork in [*forks.get(parent, ())]:
            if history.done or history.epochs >= fork[1]:
                forks[parent].remove(fork)
                yield fork[0], config(fork[0]), (history, fork[1])

    first = (
        (key, config(key), None) for key, left in origins.items() if not (left or key in known)
    )
    with Streams(
        in_lockstep(first, most), priority=priority, width=width, cancelled=cancelled,
        in_turn=in_turn,
    ) as streams:  # fmt: skip

        def follow(histories: Iterable[tuple[K, History]]) -> None:
            ready = [job for key, history in histories for job in followed(key, history)]
            going_on = (job for job in ready if not _over_before(job[2]))
            for keys, begun in in_lockstep(going_on, most):
                streams.add(keys, begun)
            for key, own, start in ready:
                if start and _over_before(start):
                    streams.add((key,), _ended(own, start))

        follow(known.items())
        for keys, histories, last in streams:
            follow(zip(keys, histories, strict=True))
            for key, history in zip(keys, histories, strict=True):
                yield key, history, last


def compile_runs(
    origins: Mapping[K, tuple[K, int] | None],
    config: Callable[[K], RunConfig],
    known: Mapping[K, History],
    most: int,
) -> None:
    """Compiles what `stream_runs` trains these by, if none diverges before its forks.

    Raises:
        InputError: a rule can't be compiled.
    """
    left = {key: origin for key, origin in origins.items() if key not in known}
    forks: dict[K, list[tuple[K, int]]] = {}
    for key, origin in left.items():
        if origin:
            forks.setdefault(origin[0], []).append((key, origin[1]))

    def alike(job: tuple[K, int]) -> Hashable:
        own, left = config(job[0]), origins[job[0]]
        common = shape(own)
        # A fork that changes nothing goes on with its parent's schedule.
        return common and (common, job[1], left is not None and own == config(left[0]))

    def groups(jobs: Iterable[tuple[K, int]]) -> Iterator[list[RunConfig]]:
        for group in grouped(jobs, alike):
            yield [config(key) for key, _ in group]
            yield from groups([fork for key, _ in group for fork in forks.get(key, ())])

    def made_again(key: K) -> bool:
        """Whether the weights that forks begin with have to be made again."""
        every = known[key].past.every if key in known else rows_apart(config(key), most)
        return any(epoch % every for _, epoch in forks[key])

    first = ((key, 0) for key, origin in left.items() if not origin)
    later = [fork for key in known for fork in forks.get(key, ())]
    again = ([config(key)] for key in forks if made_again(key))
    compile_for(chain(groups(first), groups(later), again))


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
    fork = origin(preset, label)
    start = (train_one(preset, fork.run, seed), fork.epoch) if fork else None
    for history in stream_from(config, start):
        progress(history.steps)
        if until is not None and history.steps >= until:
            break
    return history


def _ended(config: RunConfig, start: Start) -> Generator[list[History], None, None]:
    yield [_diverged(config, *start)]


def _diverged(config: RunConfig, parent: History, epoch: int) -> History:
    per_epoch = config.problem.steps_per_epoch
    # In batches of another size an epoch has other steps.
    within = parent.steps - parent.epochs * parent.config.problem.steps_per_epoch
    steps = parent.epochs * per_epoch + min(within, per_epoch)
    n, slots, state = config.problem.parameter_count, len(config.slots), parent.current_state
    if config.rule is not parent.config.rule or config.slots != parent.config.slots:
        state = np.broadcast_to(0.0, (slots, config.width))
    past = Past(
        config,
        parent.born,
        epoch,
        1,
        np.empty((0, n)),
        np.empty((0, slots, config.width)),
        parent.past,
    )
    return replace(
        parent, config=config, steps=steps, diverged_at=steps, past=past, current_state=state
    )
