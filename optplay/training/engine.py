"""The compiled loop, bound to all that a RunConfig decides."""

from math import inf

import numpy as np
from numpy.typing import NDArray

from optplay.arrays import Floats
from optplay.optim import SCHEDULES
from optplay.training.compilation import compiled_factor, compiled_loop, compiled_rule
from optplay.training.config import RunConfig
from optplay.training.kernel import Course, Data, Pipeline, Recorded, Span

SUMS = 8
ORDERS_AT_ONCE = 4_000_000


def pipeline_of(config: RunConfig) -> Pipeline:
    """The numbers of a run's update."""
    clip = config.clip.norm if config.clip else inf
    return Pipeline(config.lr, clip, config.l2, float(config.weight_decay or 0.0), config.hyper)


class Engine:
    """Makes the steps of a run, on weights and state that its caller keeps.

    Args:
        config: what decides the run.
        born: the step before which the optimizer's state was zero.
        test: whether the held-out samples are measured at the end of each epoch.
    """

    def __init__(self, config: RunConfig, born: int = 0, *, test: bool = True) -> None:
        problem = config.problem
        self.config, self.born = config, born
        #: The numbers of the update.
        self.pipeline = pipeline_of(config)
        self._samples, self._layout = problem.draw(), problem.layout
        self._loop, self.rule = compiled_loop(problem), compiled_rule(config.rule)
        self._factor = compiled_factor(SCHEDULES.find(config.decay))
        # Compiled code takes rows that may be written.
        self._test = self._samples.test.copy() if test else np.empty(0, dtype=np.int64)
        self._orders, self._order_epoch = problem.orders(config.seed, 0, 1), 0
        #: (5, …) scratch; its first row is left with the gradient as the last step's rule had it.
        self.work = np.zeros((5, max(problem.parameter_count, sum(problem.sizes))))

    def run(
        self,
        first: int,
        last: int,
        w: Floats,
        state: Floats,
        sums: Floats,
        recorded: tuple[Floats, Floats, Floats],
        pipeline: Pipeline | None = None,
    ) -> tuple[int, int]:
        """Trains from step `first` up to about `last`, counted from 0; see `kernel.run_steps`.

        Args:
            recorded: record, weights and states, with a row for each epoch up to `last`.
            pipeline: in place of the run's own.
        """
        config, problem = self.config, self.config.problem
        if problem.reordered:
            last = self._shuffle(first, last)
        samples = self._samples
        done, bad = self._loop(
            self.rule,
            self._factor,
            Span(first, last, self.born, config.warmup_steps, config.steps),
            pipeline or self.pipeline,
            Data(
                samples.inputs, samples.labels, self._orders, self._order_epoch, self._test,
                problem.batch_size, self._layout,
            ),
            Course(w, state, self.work, sums),
            Recorded(*recorded),
        )  # fmt: skip
        return done, bad

    def batch(self, step: int) -> NDArray[np.int64]:
        """Which samples (rows of `Problem.draw`) the batch of a step, counted from 0, holds."""
        problem = self.config.problem
        epoch, batch = divmod(step, problem.steps_per_epoch)
        if problem.reordered:
            self._shuffle(step, step + 1)
            epoch -= self._order_epoch
        rows: NDArray[np.int64] = self._orders[epoch if problem.reordered else 0]
        return rows[batch * problem.batch_size :][: problem.batch_size].copy()

    def _shuffle(self, first: int, last: int) -> int:
        """Draws the orders of the epochs from step `first` on; the step before which they end."""
        problem = self.config.problem
        per_epoch = problem.steps_per_epoch
        epoch = first // per_epoch
        most = max(1, ORDERS_AT_ONCE // problem.train_count)
        last = min(last, (epoch + most) * per_epoch)
        known = self._order_epoch, self._order_epoch + len(self._orders)
        if len(self._orders) < 2 or not known[0] <= epoch <= (last - 1) // per_epoch < known[1]:
            self._orders = problem.orders(self.config.seed, epoch, -(-last // per_epoch))
            self._order_epoch = epoch
        return last
