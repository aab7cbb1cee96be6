"""Sweeps: the runs of a preset with one or two knobs at every value of an axis, over seeds.

A sweep keeps of each run what it came to, not its History.
"""

import os
from collections.abc import Generator, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from threading import Event
from time import perf_counter

import msgspec
import numpy as np
from numpy.typing import NDArray

from optplay.errors import InputError, unknown, within
from optplay.experiments.experiment import OUTCOMES
from optplay.experiments.metrics import METRICS
from optplay.experiments.preset import Preset, Run
from optplay.experiments.report import REACHED
from optplay.instruments.sweep.axes import SweptKey, parse_axis
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem
from optplay.training import History, RunConfig, refuse_too_large
from optplay.training.engine import compile_for
from optplay.training.lockstep import grouped, in_lockstep
from optplay.training.pool import Priority, Streams
from optplay.training.trainer import shape

# What is kept of each run; of those that are to be low, the lowest is best.
SWEPT = ("final_loss", "final_accuracy", "epochs_to_accuracy", "final_test_loss")
SNAPSHOT_SECONDS = 0.1
MOST_AXES = 2
# From so many runs it is seen what all are trained by.
FIRST = 100
MOST_POINTS = 1_000_000
# Every fourth value of an axis comes first, then every second one, then the rest.
STRIDES = (4, 2)
# Run, place on each axis, seed: where in the results a run stands.
Place = tuple[int, ...]
# Of a run: the metrics of SWEPT, the index of its outcome, and its steps.
Ended = tuple[tuple[float, ...], int, int]
Known = MutableMapping[RunConfig, Ended]


@dataclass(frozen=True)
class Sweep:
    """Which runs to make: each run at all values of one or two axes, with every seed.

    Attributes:
        evaluations: how many gradients of mini-batches a run may take, in place of its epochs: it
            has as many as these suffice for, at least one.

    Raises:
        InputError: a run is a fork, lacks a knob or refuses a value; two axes turn one knob; or it
            is more than this machine can finish.
    """

    runs: tuple[Run, ...]
    seeds: tuple[int, ...]
    axes: tuple[SweptKey, ...]
    evaluations: float | None = None

    def __post_init__(self) -> None:
        keys = [axis.key for axis in self.axes]
        if len(set(keys)) < len(keys):
            raise InputError(f"{keys[0]}: found as both axes, allowed: two knobs")
        for run in self.runs:
            if run.fork:
                raise InputError(f"{run.label}: found a fork, allowed: runs that go on from none")
        if self.count > MOST_POINTS:
            raise InputError(f"found {self.count:,} runs to make, allowed: {MOST_POINTS:,}")
        each = self.count // len(self.ends) + 1
        refuse_too_large(self.ends, each, at_once=os.cpu_count() or 1, most=0)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(run.label for run in self.runs)

    @property
    def shape(self) -> tuple[int, ...]:
        """Runs, values of each axis, seeds: the shape of all results."""
        return (len(self.runs), *(len(axis.values) for axis in self.axes), len(self.seeds))

    @property
    def count(self) -> int:
        return prod(self.shape)

    def config(self, place: Place) -> RunConfig:
        """The run at a place: its index, an index on each axis, and the index of its seed."""
        run, *at, seed = place
        config = self.runs[run].config
        with within(self.runs[run].label):
            for axis, i in zip(self.axes, at, strict=True):
                config = axis.set(config, axis.values[i])
            if self.evaluations is not None:
                epochs = max(1, int(self.evaluations // per_epoch(config)))
                config = msgspec.structs.replace(config, epochs=epochs)
        return msgspec.structs.replace(config, seed=self.seeds[seed])

    @cached_property
    def ends(self) -> list[RunConfig]:
        """Each run at the ends of all axes: no run between them is larger than all of these."""
        corners = product(range(len(self.runs)), *((0, -1) for _ in self.axes), (0,))
        return [self.config(place) for place in corners]

    def places(self) -> list[Place]:
        """All places, in the order in which they are trained.

        Seed after seed; within a seed a coarse grid over all runs first, then what lies between,
        so that the first points show the whole range.
        """
        grid = np.indices(self.shape).reshape(len(self.shape), -1)
        fineness = np.zeros(grid.shape[1], dtype=np.int64)
        for at, size in zip(grid[1:-1], self.shape[1:-1], strict=True):
            own = sum((at % stride != 0) & (at != size - 1) for stride in STRIDES)
            fineness = np.maximum(fineness, own)
        order = np.lexsort((grid[0], *grid[-2:0:-1], fineness, grid[-1]))
        return [tuple(place) for place in grid.T[order].tolist()]


def per_epoch(config: RunConfig) -> float:
    """How many gradients of mini-batches an epoch of a run takes."""
    return config.problem.steps_per_epoch * config.evaluations_per_step


def cheapest(runs: Sequence[Run]) -> float:
    """How many gradients the run takes in its epochs that takes the fewest."""
    return min(run.config.epochs * per_epoch(run.config) for run in runs)


def runs_of(preset: Preset, optimizers: Sequence[str]) -> tuple[Run, ...]:
    """A run for each optimizer, with its defaults, on the preset's first problem.

    Raises:
        InputError: there is no such optimizer, or it is named twice.
    """
    first = preset.runs[0].config
    rules = [OPTIMIZERS.find(name) for name in optimizers]
    if len({rule.name for rule in rules}) < len(rules):
        raise InputError(f"optimizers: found {', '.join(optimizers)}, allowed: each once")
    return tuple(
        Run(
            label=rule.title,
            config=RunConfig(problem=first.problem, optimizer=rule.name, epochs=first.epochs),
        )
        for rule in rules
    )


def asked(
    preset: Preset, axes: Sequence[str], optimizers: Sequence[str] | None = None,
    *, equal_evaluations: bool = False,
) -> Sweep:  # fmt: skip
    """The sweep that the options of `optplay sweep` describe: one or two axes as KEY=LOW:HIGH:N.

    Args:
        optimizers: names. In place of the preset's runs there is then one for each, with its
            defaults, on the problem and with the epochs of the preset's first run.
        equal_evaluations: whether all runs take as many gradients as the cheapest of them does in
            its epochs.

    Raises:
        InputError: see `Sweep`, or an axis or an optimizer is not there.
    """
    if len(axes) > MOST_AXES:
        raise InputError(f"--over: found {len(axes)} knobs with --lr, allowed: {MOST_AXES} in all")
    with within("--optimizers"):
        runs = preset.runs if optimizers is None else runs_of(preset, optimizers)
    parsed: list[SweptKey] = []
    for text in axes:
        option = "--lr" if text.startswith("lr=") and text is axes[0] else "--over"
        with within(option):
            parsed.append(parse_axis(text, runs[0].config))
    evaluations = cheapest(runs) if equal_evaluations else None
    return Sweep(runs, preset.seeds, tuple(parsed), evaluations)


def check_metric(metric: str, sweep: Sweep) -> None:
    """Refuses a metric that is not kept, or makes no sense for a run.

    Raises:
        InputError: so it is.
    """
    if metric not in SWEPT:
        raise InputError(unknown("metric", metric, SWEPT))
    for run in sweep.runs:
        if metric != SWEPT[0] and not isinstance(run.config.problem, Problem):
            raise InputError(
                f"--metric: found {metric}, but {run.label} is on a surface; allowed: {SWEPT[0]}"
            )
    held_out = [run.config.problem.test_count for run in sweep.runs]
    if "test" in metric and not all(held_out):
        raise InputError(
            f"--metric: found {metric}, but no samples are held out "
            '(--set "*.problem.test_fraction=0.3")'
        )


@dataclass(frozen=True, eq=False)
class SweepResults:
    """What a sweep has come to so far; the arrays are of shape `sweep.shape`, and read-only.

    Attributes:
        metrics: by name, for all of SWEPT; NaN where a run is not made yet or has no value.
        outcomes: the index of each run's outcome in OUTCOMES; -1 where it is not made yet.
        steps: how many updates were made in all.
    """

    sweep: Sweep
    metrics: dict[str, NDArray[np.float64]]
    outcomes: NDArray[np.int8]
    steps: int

    @cached_property
    def made(self) -> int:
        return int(np.count_nonzero(self.outcomes >= 0))

    @property
    def done(self) -> bool:
        return self.made == self.sweep.count

    def counts(self, outcome: str) -> NDArray[np.int64]:
        """How many seeds came to this outcome, for each run and value of the axes."""
        counts: NDArray[np.int64] = (self.outcomes == OUTCOMES.index(outcome)).sum(axis=-1)
        return counts


def measured(history: History) -> tuple[float, ...]:
    return tuple(METRICS[name].measure(history, REACHED) for name in SWEPT)


def stream_sweep(
    sweep: Sweep,
    *,
    width: int | None = None,
    cancelled: Event | None = None,
    known: Known | None = None,
) -> Iterator[SweepResults]:
    """Makes the runs of a sweep, and yields what they have come to so far, as they come.

    Yields after the first run that is made, then at most ten times a second; the last one, after
    all runs, is complete. Stop iterating to cancel.

    Args:
        sweep: which runs.
        width: how many threads may be at work on it at a time; all if left out.
        cancelled: set it from anywhere to stop within about 20 ms, with no further yield.
        known: what runs have come to before; those in it are not made again, the others added.
    """
    metrics = {name: np.full(sweep.shape, np.nan) for name in SWEPT}
    outcomes = np.full(sweep.shape, -1, dtype=np.int8)
    left, steps, due = sweep.count, 0, 0.0
    for place, (values, outcome, run_steps) in _measure(sweep, width, cancelled, known):
        for name, value in zip(SWEPT, values, strict=True):
            metrics[name][place] = value
        outcomes[place] = outcome
        left, steps = left - 1, steps + run_steps
        if not left or perf_counter() >= due:
            yield _snapshot(sweep, metrics, outcomes, steps)
            due = perf_counter() + SNAPSHOT_SECONDS


def _snapshot(
    sweep: Sweep, metrics: dict[str, NDArray[np.float64]], outcomes: NDArray[np.int8], steps: int
) -> SweepResults:
    copies = {name: values.copy() for name, values in metrics.items()}
    results = SweepResults(sweep, copies, outcomes.copy(), steps)
    results.outcomes.flags.writeable = False
    for values in copies.values():
        values.flags.writeable = False
    return results


def _measure(
    sweep: Sweep, width: int | None, cancelled: Event | None, known: Known | None
) -> Iterator[tuple[Place, Ended]]:
    left = []
    for place in sweep.places():
        found = known.get(sweep.config(place)) if known else None
        if cancelled and cancelled.is_set():
            return
        if found:
            yield place, found
        else:
            left.append(place)
    # To look at a thousand takes as long as to train a hundred.
    compile_for(grouped(map(sweep.config, left[:FIRST]), shape))
    groups = in_lockstep(((place, sweep.config(place), None) for place in left), most=0)
    with Streams(
        ((places, _made(training, known)) for places, training in groups),
        priority=Priority.SWEEP, width=width, cancelled=cancelled,
    ) as streams:  # fmt: skip
        for places, ended, last in streams:
            if last:
                yield from zip(places, ended, strict=True)


def _made(
    training: Iterator[list[History]], known: Known | None
) -> Generator[list[Ended], None, None]:
    """Trains runs, and gives what they came to at the end: Histories may be large."""
    for so_far in training:
        yield []
        histories = so_far
    ended = [(measured(h), OUTCOMES.index(h.outcome), h.steps) for h in histories]
    if known is not None:
        known.update(zip([h.config for h in histories], ended, strict=True))
    yield ended
