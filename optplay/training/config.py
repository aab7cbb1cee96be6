"""All that decides a run."""

import os
from collections.abc import Mapping, Sequence
from math import inf
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from optplay.arrays import Floats, np
from optplay.counting import counted
from optplay.errors import InputError, show, within
from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS, Optimizer, Schedule, Wrapper
from optplay.optim.declaration import Slot
from optplay.optim.slots import Shape, width_of
from optplay.optim.wrapping import refuse_together
from optplay.problems import Problem, SurfaceProblem
from optplay.records import Record

DAY = 86_400.0
# Well above what any machine reaches, so that only what is hopeless is refused.
MULTIPLICATIONS_PER_SECOND = 2e9
BYTES = 8
# The decay that follows the loss, and what it keeps.
PLATEAU, PLATEAU_SLOT = "plateau", Slot("plateau", "one", copies=5)
# Its numbers: the best loss, epochs since then, the part of lr that is left, whether there was an
# epoch, and the sum of losses in the one under way: runs are made again from within epochs too.
BEST, WAITED, SHARE, SEEN, SUM = range(5)
# Of weights and states that a run keeps; those of all runs together where there are many.
MOST_BYTES = 256_000_000
# Parameters of which a rule may take the Hessian: it has as many columns.
MOST_CURVED = 3000
# Parameters up to which runs that need more are quicker eight at a time: with 4,400, SOAP and
# Prodigy take two and three times as long so as one after the other.
MOST_TOGETHER = 1000
# Vectors as long as the weights that a run works on, and numbers of a neuron for each sample of a
# block, see `Engine`.
SCRATCH = 5
NEURON = 3


class Clip(Record, frozen=True, kw_only=True):
    """Gradient clipping by its norm, or of each of its components."""

    norm: (
        Annotated[float, Meta(gt=0, le=1e9, description="the longest gradient let through")] | None
    ) = None
    value: (
        Annotated[
            float, Meta(gt=0, le=1e9, description="the largest |component| of it let through")
        ]
        | None
    ) = None
    per: Annotated[
        Literal["all", "tensor"],
        Meta(description="of what the norm is taken: of all parameters, or of each tensor"),
    ] = "all"

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.norm is None) == (self.value is None):
            found = "neither norm nor value" if self.norm is None else "both norm and value"
            raise InputError(f"found {found}, allowed: one of them, as {{ norm = 1.0 }}")
        if self.value is not None and self.per != "all":
            raise InputError(f"per: found {self.per!r} with value, allowed: with norm")

    @property
    def mode(self) -> int:
        """Of `training.more` BY_NORM, BY_VALUE or BY_TENSOR."""
        return 1 if self.value is not None else 2 if self.per == "tensor" else 0

    @property
    def most(self) -> float:
        """What is let through."""
        return float(self.norm or self.value or 0.0)


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
        float, Meta(ge=0, le=1, description="the part of the run over which lr rises")
    ] = 0.0
    warmup_steps: (
        Annotated[
            int,
            Meta(ge=1, le=10**12, description="over how many steps lr rises, in place of a part"),
        ]
        | None
    ) = None
    warmup_start: Annotated[
        float, Meta(ge=0, le=1, description="the part of lr that warmup rises from")
    ] = 0.0
    decay: Annotated[str, Meta(description="how lr falls after warmup")] = "none"
    decay_knobs: Annotated[dict[str, Any], Meta(description="what this decay is tuned by")] = (
        msgspec.field(default_factory=dict)
    )
    clip: Clip | None = None
    weight_decay: (
        Annotated[
            float, Meta(ge=0, le=1000, description="takes lr·λ of each weight off at each step")
        ]
        | None
    ) = None
    decay_biases: Annotated[bool, Meta(description="whether decay takes from biases too")] = True
    decay_by_lr: Annotated[
        bool, Meta(description="whether decay takes lr·λ of each weight, or λ·lr(k)/lr")
    ] = True
    l2: Annotated[
        float, Meta(ge=0, le=1000, description="adds λ·w to the gradient at each step")
    ] = 0.0
    wrappers: Annotated[
        dict[str, Any], Meta(description="what changes the rule, with its hyperparameters")
    ] = msgspec.field(default_factory=dict)
    epochs: Annotated[
        int, Meta(ge=1, le=10_000_000, description="passes over the training samples")
    ] = 300
    seed: Annotated[
        int, Meta(ge=0, le=2**63 - 1, description="which weights chance draws to start from")
    ] = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        rule = OPTIMIZERS.find(self.optimizer)
        if self.warmup and self.warmup_steps:
            raise InputError("warmup: found a part and steps, allowed: one of the two")
        if not (self.warmup or self.warmup_steps):
            msgspec.structs.force_setattr(self, "warmup_start", 0.0)
        schedule = self.schedule
        with within("decay"):
            knobs = schedule.complete(self.decay_knobs)
        msgspec.structs.force_setattr(self, "decay_knobs", knobs)
        msgspec.structs.force_setattr(self, "wrappers", _completed(self.wrappers))
        complete = rule.complete(self.hyperparameters)
        msgspec.structs.force_setattr(self, "hyperparameters", complete)
        if self.weight_decay is None:
            msgspec.structs.force_setattr(self, "weight_decay", rule.weight_decay)
        self._check_rule(self.rule)

    def _check_rule(self, rule: Optimizer) -> None:
        """Refuses a rule where it makes no sense."""
        if rule.matrices and not any(len(shape) > 1 for shape in self.problem.shapes):
            raise InputError(
                f"optimizer: found {rule.name}, which moves matrices, allowed: a network"
            )
        if rule.full_batch and self.problem.batch_size < self.problem.train_count:
            raise InputError(
                f"optimizer: found {rule.name} with batch_size {self.problem.batch_size:,}, "
                f"allowed: {self.problem.train_count:,}, all samples in one batch"
            )
        refuse_together(rule, self.wrapped_by)
        n = self.problem.parameter_count
        if rule.curvature and n > MOST_CURVED:
            raise InputError(
                f"optimizer: found {rule.name} with {counted(n, 'parameter')}, "
                f"allowed: at most {MOST_CURVED:,}, of which it takes the Hessian"
            )

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
        """The declaration of the optimizer, as its switches and the tensors have it."""
        chosen = OPTIMIZERS.find(self.optimizer).chosen(self.hyperparameters)
        decay = self.weight_decay or 0.0
        return chosen.fitted(self.problem.shapes, self.hyperparameters, decay)

    @property
    def pipeline_decay(self) -> float:
        """The decoupled weight decay of the pipeline: none where the rule takes it itself."""
        return 0.0 if self.rule.decays else self.weight_decay or 0.0

    @property
    def wrapped_by(self) -> tuple[Wrapper, ...]:
        """The wrappers around the rule, from the innermost."""
        return tuple(WRAPPERS[name] for name in self.wrappers)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All state that is kept: the rule's, then the wrappers'."""
        wrapped = (slot for w in self.wrapped_by for slot in w.slots)
        return (*self.rule.state, *wrapped, *([PLATEAU_SLOT] * (self.decay == PLATEAU)))

    @property
    def needs_more(self) -> bool:
        """Whether it is trained by the loop of `training.more`."""
        rule, clip = self.rule, self.clip
        return bool(
            self.wrappers or rule.scope != "parameter" or not rule.compiled or rule.probe
            or rule.curvature or rule.evaluated or not (self.decay_biases and self.decay_by_lr)
            or self.decay == PLATEAU or (clip and clip.mode)
        )  # fmt: skip

    @property
    def exact(self) -> bool:
        """Whether its numbers are the same bits on every machine: not by BLAS or other packages."""
        return self.problem.exact and self.rule.compiled

    @property
    def alone(self) -> bool:
        """Whether it can't be trained in lockstep with others."""
        rule = self.rule
        large = self.needs_more and self.problem.parameter_count > MOST_TOGETHER
        return rule.alone or not rule.compiled or rule.curvature is not None or large

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What the rule sees: each tensor, or one vector of all parameters."""
        if self.rule.scope == "whole":
            return ((self.problem.parameter_count,),)
        return self.problem.shapes

    @property
    def width(self) -> int:
        """How long a row of the state is: as the weights, or as the longest slot."""
        return width_of(self.shapes, self.slots)

    @property
    def evaluated_apart(self) -> bool:
        """Whether other weights are evaluated than those that are trained."""
        return bool(self.rule.evaluated or any(w.evaluated for w in self.wrapped_by))

    @property
    def evaluations_per_step(self) -> float:
        """How many gradients of a mini-batch a step takes; one of the Hessian counts as one.

        Where that is taken every few steps only, this is the mean.
        """
        rule = self.rule
        found = 1.0 + bool(rule.probe or any(w.probe for w in self.wrapped_by))
        if rule.curvature:
            every = rule.curvature.every
            found += 1 / float(self.hyperparameters[every]) if every else 1.0
        return found

    @property
    def lr(self) -> float:
        """The learning rate before the schedule."""
        return float(self.hyperparameters["lr"])

    @property
    def hyper(self) -> Floats:
        """The hyperparameters after `lr` in declared order, as rules take them; T for some."""
        total = [self.steps] * self.rule.total
        return np.array([*[*self.hyperparameters.values()][1:], *total], dtype=np.float64)

    @property
    def all_hyper(self) -> Floats:
        """The same, and after them those of the wrappers."""
        more = [float(v) for knobs in self.wrappers.values() for v in knobs.values()]
        return np.concatenate([self.hyper, more])

    @property
    def steps(self) -> int:
        """T, the number of updates."""
        return self.epochs * self.problem.steps_per_epoch

    @property
    def schedule(self) -> Schedule:
        """The declaration of the decay."""
        return SCHEDULES.find(self.decay)

    @property
    def decay_numbers(self) -> Floats:
        """(k,) what the decay is tuned by, as `Schedule.factor` takes it."""
        return np.array(self.schedule.numbers(self.decay_knobs), dtype=np.float64)

    def warm(self, steps: int) -> int:
        """W, over how many steps the learning rate rises where the schedule covers so many."""
        return self.warmup_steps or round(self.warmup * steps)

    def share(self, step: int, begin: int = 0) -> float:
        """What lr is multiplied by at a step, with warmup and decay.

        Args:
            step: counted from 0. begin: the step at which the schedule begins, as that of a fork;
                it covers the steps from there on.
        """
        k, n = step - begin, self.steps - begin
        warm, start = self.warm(n), self.warmup_start
        if k < warm:
            return start + (1 - start) * ((k + 1) / warm)
        return float(self.schedule.at(k - warm, n - warm, warm, self.decay_numbers))

    def learning_rate(self, step: int, begin: int = 0) -> float:
        """The learning rate of a step; see `share`."""
        return self.lr * self.share(step, begin)

    @property
    def bytes_of_an_epoch(self) -> int:
        """Memory that the weights and state after one epoch take."""
        return BYTES * (self.problem.parameter_count + self.width * len(self.slots))

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
        n, rows = self.problem.parameter_count, (*self.slots, *self.rule.scratch)
        state = width_of(self.shapes, rows) * (2 * len(self.slots) + len(self.rule.scratch))
        neurons = self.problem.samples_at_once * sum(self.problem.sizes)
        return BYTES * (n * (SCRATCH + 2) + state + NEURON * neurons)

    @property
    def seconds_needed(self) -> float:
        """The least time that training can take on one core."""
        n = self.problem.parameter_count
        per_epoch: float = 3 * n * self.problem.train_count + n * self.problem.steps_per_epoch
        if self.rule.curvature and not self.rule.curvature.every:
            # A Hessian of each sample, and what solves it.
            per_epoch += n * n * self.problem.train_count + n**3 / 3 * self.problem.steps_per_epoch
        return self.epochs * per_epoch / MULTIPLICATIONS_PER_SECOND


def _completed(wrappers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The wrappers, from the innermost, each with all its hyperparameters."""
    for name, given in wrappers.items():
        WRAPPERS.find(name)
        if not isinstance(given, Mapping):
            raise InputError(f"{name}: found {show(given)}, allowed: a table")
    found = {}
    for wrapper in WRAPPERS.values():
        if wrapper.name in wrappers:
            with within(wrapper.name):
                found[wrapper.name] = wrapper.complete(wrappers[wrapper.name])
    return found


def share_in(share: float, state: Floats) -> float:
    """What lr is multiplied by with the decay called plateau.

    Args:
        share: by the schedule alone. state: (slots, width) before the step.
    """
    slot = state[-1]
    return share * float(slot[SHARE]) if slot[SEEN] else share


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
