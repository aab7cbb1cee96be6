"""All that decides a run."""

import os
from collections.abc import Sequence
from math import inf
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from optplay.arrays import Floats, np
from optplay.counting import counted
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS, SCHEDULES, Optimizer
from optplay.problems import Problem, SurfaceProblem
from optplay.records import Record

DAY = 86_400.0
# Well above what any machine reaches, so that only what is hopeless is refused.
MULTIPLICATIONS_PER_SECOND = 2e9
BYTES = 8
# Of weights and states that a run keeps; those of all runs together where there are many.
MOST_BYTES = 256_000_000
# Vectors as long as the weights that a run works on, and numbers of a neuron for each sample of a
# block, see `Engine`.
SCRATCH = 5
NEURON = 3


class Clip(Record, frozen=True, kw_only=True):
    """Gradient clipping by its global norm."""

    norm: Annotated[float, Meta(gt=0, le=1e9, description="the longest gradient let through")] = 1.0


class RunConfig(Record, frozen=True, kw_only=True):
    """All that decides a run; the same RunConfig gives bit for bit the same History.

    `hyperparameters` and `weight_decay` are completed from the optimizer's declaration.

    Raises:
        InputError: an unknown name, a wrong type or a value out of range.
    """

    problem: Problem | SurfaceProblem = Problem()
    optimizer: Annotated[str, Meta(description="the update rule")] = "adam"
    hyperparameters: dict[str, Any] = msgspec.field(default_factory=dict)
    warmup: Annotated[
        float, Meta(ge=0, le=1, description="the part of the run over which lr rises from 0")
    ] = 0.0
    decay: Annotated[str, Meta(description="how lr falls after warmup")] = "none"
    clip: Clip | None = None
    weight_decay: (
        Annotated[
            float, Meta(ge=0, le=1000, description="takes lr·λ of each weight off at each step")
        ]
        | None
    ) = None
    l2: Annotated[
        float, Meta(ge=0, le=1000, description="adds λ·w to the gradient at each step")
    ] = 0.0
    epochs: Annotated[
        int, Meta(ge=1, le=10_000_000, description="passes over the training samples")
    ] = 300
    seed: Annotated[
        int, Meta(ge=0, le=2**63 - 1, description="which weights chance draws to start from")
    ] = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        rule = self.rule
        SCHEDULES.find(self.decay)
        complete = rule.complete(self.hyperparameters)
        msgspec.structs.force_setattr(self, "hyperparameters", complete)
        if self.weight_decay is None:
            msgspec.structs.force_setattr(self, "weight_decay", rule.weight_decay)

    def __hash__(self) -> int:
        return hash(msgspec.json.encode(self))

    @property
    def on_surface(self) -> bool:
        """Whether it goes down on a surface, where an epoch is a step."""
        return isinstance(self.problem, SurfaceProblem)

    @property
    def network(self) -> Problem:
        """The problem of a run that trains a network.

        Raises:
            InputError: it goes down on a surface.
        """
        if isinstance(self.problem, SurfaceProblem):
            raise InputError(f"problem: found {self.problem.form}, allowed: a network")
        return self.problem

    @property
    def rule(self) -> Optimizer:
        """The declaration of the optimizer."""
        return OPTIMIZERS.find(self.optimizer)

    @property
    def lr(self) -> float:
        """The learning rate before the schedule."""
        return float(self.hyperparameters["lr"])

    @property
    def hyper(self) -> Floats:
        """The hyperparameters after `lr` in declared order, as rules take them."""
        return np.array([float(v) for v in self.hyperparameters.values()][1:])

    @property
    def steps(self) -> int:
        """T, the number of updates."""
        return self.epochs * self.problem.steps_per_epoch

    @property
    def warmup_steps(self) -> int:
        """W, over how many steps the learning rate rises."""
        return round(self.warmup * self.steps)

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0, with warmup and decay."""
        warm = self.warmup_steps
        if step < warm:
            return self.lr * ((step + 1) / warm)
        return self.lr * SCHEDULES.find(self.decay).factor(step - warm, self.steps - warm)

    @property
    def bytes_of_an_epoch(self) -> int:
        """Memory that the weights and state after one epoch take."""
        return BYTES * self.problem.parameter_count * (1 + len(self.rule.slots))

    def bytes_needed(self, most: int = MOST_BYTES) -> int:
        """Memory that the History takes: its records, weights and states, and the samples.

        Args:
            most: the bytes of weights and states that it may keep.
        """
        epochs, each = self.epochs + 1, self.bytes_of_an_epoch
        kept = max(each, min(most, each * epochs))
        return kept + BYTES * (16 * epochs + 8 * self.problem.samples)

    @property
    def bytes_at_work(self) -> int:
        """Memory that training takes besides: scratch, and the weights and state as they are."""
        copies = 2 * (1 + len(self.rule.slots))
        neurons = self.problem.samples_at_once * sum(self.problem.sizes)
        return BYTES * (self.problem.parameter_count * (SCRATCH + copies) + NEURON * neurons)

    @property
    def seconds_needed(self) -> float:
        """The least time that training can take on one core."""
        n = self.problem.parameter_count
        per_epoch = 3 * n * self.problem.train_count + n * self.problem.steps_per_epoch
        return self.epochs * per_epoch / MULTIPLICATIONS_PER_SECOND


def refuse_too_large(
    configs: Sequence[RunConfig], seeds: int = 1, at_once: int | None = None,
    most: int = MOST_BYTES,
) -> None:  # fmt: skip
    """Refuses work that this machine can't hold or finish within a day.

    Args:
        configs: the runs. seeds: how many times each is to be run.
        at_once: how many Histories are kept at a time; all if left out.
        most: the bytes of weights and states that each may keep.

    Raises:
        InputError: with the memory or the days that it would take.
    """
    count, cores = len(configs) * seeds, os.cpu_count() or 1
    needed = seeds * sum(c.bytes_needed(most) for c in configs)
    if at_once is not None:
        needed = min(needed, at_once * max(c.bytes_needed(most) for c in configs))
    at_work = sorted(c.bytes_at_work for c in configs for _ in range(min(seeds, cores)))
    needed += sum(at_work[-cores:])
    room = _memory() / 2
    if needed > room:
        raise InputError(
            f"{counted(min(count, at_once or count), 'run')} of up to "
            f"{counted(max(c.epochs for c in configs), 'epoch')} would need "
            f"{needed / 1e9:,.1f} GB, allowed: {room / 1e9:,.1f} GB, half of this machine's memory"
        )
    times = [c.seconds_needed for c in configs]
    days = max([seeds * sum(times) / cores, *times]) / DAY
    if days > 1:
        steps = seeds * sum(c.steps for c in configs)
        raise InputError(
            f"{counted(count, 'run')} of {counted(steps, 'step')} in all would take at least "
            f"{days:,.1f} days, allowed: one day"
        )


def _memory() -> float:
    """The bytes of memory that this machine has; infinitely many where it doesn't tell."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # as on Windows
        return inf
