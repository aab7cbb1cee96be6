"""The compiled loop, bound to all that a RunConfig decides."""

from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from optplay.arithmetic.lanes import LANES
from optplay.arrays import Floats
from optplay.optim import SCHEDULES, Optimizer
from optplay.problems import Problem
from optplay.problems.network import scratch_of
from optplay.problems.wide import wide_scratch
from optplay.training.besides import Besides, compile_evaluated
from optplay.training.compilation import (
    Way,
    compiled_corrections,
    compiled_factor,
    compiled_loop,
    compiled_rule,
    compiled_update,
)
from optplay.training.config import RunConfig
from optplay.training.kernel import Course, Data, Pipeline, Recorded, Span

SUMS = 8
ORDERS_AT_ONCE = 4_000_000


def pipeline_of(*configs: RunConfig) -> Pipeline:
    """The numbers of a run's update, or of those of eight runs."""
    together = len(configs) > 1

    def each(values: list[float]) -> Floats:
        return np.array([values] if together else values, dtype=np.float64)

    hyper, corrected = np.array([c.hyper for c in configs]).T, configs[0].rule.corrected
    return Pipeline(
        each([c.lr for c in configs]),
        each([c.clip.most if c.clip else inf for c in configs]),
        each([c.l2 for c in configs]),
        each([c.pipeline_decay for c in configs]),
        np.ascontiguousarray(hyper if together else np.repeat(hyper, LANES, axis=1)),
        len(hyper) if corrected is None else corrected,
    )


def way_of(configs: Sequence[RunConfig]) -> Way:
    """How runs are trained that are trained at a time."""
    if len(configs) == 1:
        return Way.ALONE
    return Way.OWN_ROWS if configs[0].problem.reordered else Way.TOGETHER


def compile_for(groups: Iterable[Sequence[RunConfig]]) -> None:
    """Compiles what runs are trained by; those of a group are trained at a time.

    Raises:
        InputError: see `compiled_rule`.
    """
    kinds = {_kind(c): c for c in groups}
    # First what a user may have written: loops take long.
    for configs in kinds.values():
        config = configs[0]
        if config.needs_more:
            Besides(configs, config.problem.shapes, way_of(configs))
            compile_evaluated(config)
        else:
            compiled_rule(config.rule)
        compiled_factor(SCHEDULES.find(config.decay))
    for configs in kinds.values():
        config = configs[0]
        compiled_loop(config.problem, way_of(configs), whole=config.needs_more)
    compiled_corrections()


def _kind(configs: Sequence[RunConfig]) -> Hashable:
    """What decides what runs are trained by."""
    config = configs[0]
    probe, curved = bool(config.clip and config.clip.mode), config.problem
    return (
        config.rule, config.wrapped_by, config.decay, probe, config.needs_more, curved,
        way_of(configs),
    )  # fmt: skip


def _corrections(hyper: Floats, steps: int) -> Floats:
    """1 - βᵗ after so many steps, as the loop has them, for each row of `hyper`."""
    corrections = np.zeros_like(hyper)
    compiled_corrections()(hyper, corrections, steps)
    return corrections


@lru_cache(maxsize=4096)
def corrections_after(config: RunConfig, t: int) -> Floats:
    """(hyperparameters,) 1 - βᵗ of each, as rules are given them at their step t."""
    corrections = _corrections(pipeline_of(config).hyper, t)[:, 0].copy()
    corrections.flags.writeable = False
    return corrections


def step_by_hand(
    rule: Optimizer, pipeline: Pipeline, w: Floats, g: Floats, state: Floats, lr: float, t: int,
    corrections: Floats | None = None,
) -> tuple[float, float]:  # fmt: skip
    """One step of the pipeline on weights (n,), gradient (n,) and state (slots, n), in place.

    Args:
        corrections: as they were after the step before, which go on too; made again, in a time
            that grows with t, if left out.

    Returns:
        As `kernel.update`.
    """
    n = w.size
    weights, gradient, states = padded(n), padded(n), padded(n, len(state))
    weights[:n], gradient[:n], states[:, :n] = w, g, state
    if corrections is None:
        corrections = _corrections(pipeline.hyper, t - 1)
    norm, clipped = compiled_update()(
        compiled_rule(rule), weights[:n], gradient[:n], states, corrections, pipeline, lr, t
    )
    w[:], g[:], state[:] = weights[:n], gradient[:n], states[:, :n]
    return norm, clipped


def padded(n: int, *rows: int) -> Floats:
    """Zeros (…, n and some more), so that what is taken eight at a time may go beyond the end."""
    return np.zeros((*rows, -(-n // LANES) * LANES))


class Engine:
    """Makes the steps of a run, or of up to eight of one shape in lockstep, on weights and state
    that its caller keeps.

    In lockstep all arrays have a dimension more, the last one, of LANES runs; where they are
    fewer, the last run is in all lanes that are left.

    Args:
        configs: what decides the runs.
        born: the step before which the optimizer's state was zero.
        scheduled: the step at which the schedule begins.
        test: whether the held-out samples are measured at the end of each epoch.
    """

    def __init__(
        self, *configs: RunConfig, born: int = 0, scheduled: int = 0, test: bool = True
    ) -> None:
        self.config, self.born, self.scheduled = configs[0], born, scheduled
        config, problem = configs[0], configs[0].problem
        together = len(configs) > 1
        lanes = (LANES,) * together
        if together:
            configs = (*configs, *[configs[-1]] * (LANES - len(configs)))
        way = way_of(configs)
        self._seeds = [c.seed for c in (configs if way is Way.OWN_ROWS else configs[:1])]
        # First what a user may have written: the loop takes long to compile.
        self._besides = Besides(configs, problem.shapes, way) if config.needs_more else None
        self._rule = self._besides.more if self._besides else compiled_rule(config.rule)
        self._factor = compiled_factor(SCHEDULES.find(config.decay))
        self._knobs = config.decay_numbers
        self._loop = compiled_loop(problem, way, whole=config.needs_more)
        #: The numbers of the update.
        self.pipeline = pipeline_of(*configs)
        self._samples, self._layout = problem.draw(), problem.layout
        self._test = self._samples.test if test else np.empty(0, dtype=np.int64)
        if way is Way.OWN_ROWS:
            self._test = np.repeat(self._test[:, np.newaxis], LANES, axis=1)
        self._orders, self._order_epoch = self._drawn(0, 1), 0
        self._corrections, self._corrected = np.zeros_like(self.pipeline.hyper), born
        self._more_corrections: Floats | None = None
        n, slots = problem.parameter_count, len(config.rule.slots)
        room = n if together else -(-n // LANES) * LANES
        self._w, self._g, self._before = (np.zeros((room, *lanes)) for _ in range(3))
        self._state = np.zeros((slots, room, *lanes))
        if self._besides:
            self._state = self._besides.state
        self._scratch = np.zeros((3, 1))
        if isinstance(problem, Problem):
            exact = problem.exact
            self._scratch = scratch_of(problem, *lanes) if exact else wide_scratch(problem)
        #: (1,) 1, or 0 where a lane's run is over.
        self.alive = np.ones((1, *lanes))

    @property
    def gradient(self) -> Floats:
        """(n,) a copy of the last step's gradient, as the rule had it."""
        return self._g[: self.config.problem.parameter_count].copy()

    def run(
        self,
        first: int,
        last: int,
        w: Floats,
        state: Floats,
        sums: Floats,
        recorded: Recorded,
        pipeline: Pipeline | None = None,
        *,
        probing: bool = True,
    ) -> tuple[int, int]:
        """Trains from step `first` up to about `last`, counted from 0; see `kernel.run_steps`.

        Args:
            recorded: with room for what is recorded up to `last`.
            pipeline: in place of the run's own.
            probing: whether a second gradient is taken, in a run that has one.
        """
        config, problem = self.config, self.config.problem
        if problem.reordered:
            last = self._shuffle(first, last)
        if self._corrected != first:
            self._corrections = _corrections(self.pipeline.hyper, first - self.born)
        samples, n, rule, total = self._samples, len(w), self._rule, config.steps - self.scheduled
        warmup = config.warm(total)
        self._w[:n] = w
        if self._besides:
            self._besides.put(state)
            self._besides.more.corrections[:] = self._own_corrections(first)
            rule = self._besides.more._replace(probes=self._besides.more.probes * probing)
        else:
            self._state[:, :n] = state
        done, bad = self._loop(
            rule,
            self._factor,
            Span(
                first, last, self.born, self.scheduled, warmup, config.warmup_start, total,
                warmup if config.schedule.steady else total, self._knobs,
            ),
            pipeline or self.pipeline,
            Data(
                samples.inputs, samples.labels, self._orders, self._order_epoch, self._test,
                problem.batch_size, self._layout,
            ),
            Course(
                self._w[:n], self._state, self._corrections, self.alive, sums,
                self._g[:n], self._before[:n], self._scratch,
            ),
            recorded,
        )  # fmt: skip
        self._corrected = done
        w[:] = self._w[:n]
        if self._besides:
            self._besides.look_back()
            self._besides.give(state)
            self._more_corrections = self._besides.more.corrections.copy()
        else:
            state[:] = self._state[:, :n]
        return done, bad

    def _own_corrections(self, first: int) -> Floats:
        """1 - βᵗ of a run that needs more, before step `first`."""
        assert self._besides
        if self._corrected == first and self._more_corrections is not None:
            return self._more_corrections
        hyper = self._besides.more.hyper
        packed = hyper if hyper.ndim > 1 else np.repeat(hyper[:, np.newaxis], LANES, axis=1)
        found = _corrections(np.ascontiguousarray(packed), first - self.born)
        return found if hyper.ndim > 1 else found[:, 0]

    @property
    def probes(self) -> bool:
        """Whether its steps take a second gradient."""
        return bool(self._besides and self._besides.more.probes)

    def batch(self, step: int) -> NDArray[np.int64]:
        """Which samples (rows of `Problem.draw`) the batch of a step, counted from 0, holds."""
        problem = self.config.problem
        epoch, batch = divmod(step, problem.steps_per_epoch)
        if problem.reordered:
            self._shuffle(step, step + 1)
            epoch -= self._order_epoch
        rows: NDArray[np.int64] = self._orders[epoch if problem.reordered else 0]
        return rows[batch * problem.batch_size :][: problem.batch_size].copy()

    def _drawn(self, first: int, last: int) -> NDArray[np.int64]:
        """The orders of the epochs from `first` up to `last`."""
        orders = [self.config.problem.orders(seed, first, last) for seed in self._seeds]
        return orders[0] if len(orders) == 1 else np.stack(orders, axis=-1)

    def _shuffle(self, first: int, last: int) -> int:
        """Draws the orders of the epochs from step `first` on; the step before which they end."""
        problem = self.config.problem
        per_epoch = problem.steps_per_epoch
        epoch = first // per_epoch
        most = max(1, ORDERS_AT_ONCE // problem.train_count)
        last = min(last, (epoch + most) * per_epoch)
        known = self._order_epoch, self._order_epoch + len(self._orders)
        if len(self._orders) < 2 or not known[0] <= epoch <= (last - 1) // per_epoch < known[1]:
            self._orders = self._drawn(epoch, -(-last // per_epoch))
            self._order_epoch = epoch
        return last
