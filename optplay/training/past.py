"""Weights and state after the epochs of a run: those of every n-th are kept, the others made again.

Training is deterministic: what is made again is, bit for bit, what was there.
"""

from collections import OrderedDict
from collections.abc import Iterator
from functools import cached_property
from threading import RLock

import numpy as np

from optplay.arrays import Floats, Ints
from optplay.training.besides import evaluated
from optplay.training.config import RunConfig
from optplay.training.engine import SUMS, Engine
from optplay.training.kernel import Recorded
from optplay.training.recorded import RECORDED

# Weights (n,) and state (slots, n), in parts of a run with a row for each epoch.
Point = tuple[Floats, Floats]

# Between two checkpoints lies about a millisecond of training.
WORK_BETWEEN = 100_000
# Of that, what takes no more than some milliseconds.
QUICK = 5
# Of the checkpoints in one stretch from kept row to kept row, of the stretches that have them, and
# of what is made again at a time.
MOST_BYTES = 500_000
MOST_STRETCHES = 4


class Past:
    """Weights and state after each epoch of a run, read-only.

    Args:
        config: of the run. born: the step before which its optimizer's state was zero.
        begin: the epoch at which the run begins, or left another one.
        every: after every how manyth epoch from there on weights and state are kept.
        weights: (rows, n) those that are kept, filled in as the run goes on.
        states: (rows, slots, n) the same.
        before: what was before `begin`: the Past of the run that this one left.
        scheduled: the step at which its schedule begins.
    """

    def __init__(
        self, config: RunConfig, born: int, begin: int, every: int, weights: Floats, states: Floats,
        before: "Past | None" = None, scheduled: int = 0,
    ) -> None:  # fmt: skip
        self.scheduled = scheduled
        self.config, self.born, self.begin, self.every = config, born, begin, every
        self.weights, self.states, self.before = weights[:], states[:], before
        for array in (self.weights, self.states):
            array.flags.writeable = False
        self._per_epoch = config.problem.steps_per_epoch
        self._point_bytes: int = 8 * (weights.shape[1] + states.shape[1] * states.shape[2])
        # By their kept row the stretches last looked at: points after steps of the run.
        self._known: OrderedDict[int, dict[int, Point]] = OrderedDict()
        # And the one last made, with its step.
        self._newest: tuple[int, Point] = (-1, (weights, states))
        #: Held by whoever makes steps again.
        self.lock = RLock()

    def part(self) -> None:
        """Takes its rows from those of other runs, which would stay in memory as long as these."""
        with self.lock:
            self.weights, self.states = self.weights.copy(), self.states.copy()
            for array in (self.weights, self.states):
                array.flags.writeable = False
            self._known.clear()
            self._newest = -1, (self.weights, self.states)

    @property
    def nbytes(self) -> int:
        """What is kept of it takes."""
        own = self.weights.nbytes + self.states.nbytes
        return own + (self.before.nbytes if self.before else 0)

    @property
    def exact(self) -> bool:
        """Whether what it came to is the same bits on every machine."""
        return self.config.exact and (self.before is None or self.before.exact)

    @property
    def evaluated_apart(self) -> bool:
        """Whether anywhere, before a fork too, other weights are evaluated than those trained."""
        return self.config.evaluated_apart or bool(self.before and self.before.evaluated_apart)

    @cached_property
    def engine(self) -> Engine:
        """What makes steps of this run again, for the one who holds the lock."""
        return Engine(self.config, born=self.born, scheduled=self.scheduled, test=False)

    def at(self, epoch: int) -> Point:
        """Weights and state after an epoch that the run has come to."""
        if epoch < self.begin and self.before:
            weights, state = self.before.at(epoch)
            return weights, self._own(state)
        row, left = divmod(epoch - self.begin, self.every)
        if not left:
            return self.weights[row], self.states[row]
        return self.after(epoch * self._per_epoch, epoch)

    def after(self, step: int, last: int) -> Point:
        """Weights and state after a step since `begin`.

        Args:
            last: an epoch that the run has come to, the last one if `step` lies beyond it.
        """
        with self.lock:
            first, known = self._stretch(min(step // self._per_epoch, last))
            at, point = self._nearest(known, step)
            while at < step:
                goal = min(step, first + ((at - first) // self._spacing + 1) * self._spacing)
                point = self._advance(point, at, goal)
                at = goal
                if (at - first) % self._spacing == 0:
                    known[at] = point
            self._newest = at, point
            return point

    def evaluated(self, epoch: int, weights: Floats, state: Floats) -> Floats:
        """The weights to evaluate after an epoch, from what was trained and the state."""
        if epoch < self.begin and self.before:
            return self.before.evaluated(epoch, weights, self.before.at(epoch)[1])
        step = epoch * self._per_epoch
        return evaluated(self.config, weights, state, step - self.born)

    def at_hand(self, epoch: int) -> bool:
        """Whether weights and state after an epoch are there within some milliseconds."""
        if epoch < self.begin and self.before:
            return self.before.at_hand(epoch)
        if (epoch - self.begin) % self.every == 0:
            return True
        if not self.lock.acquire(blocking=False):
            return False
        try:
            step = epoch * self._per_epoch
            at, _ = self._nearest(self._stretch(epoch)[1], step)
            return (step - at) * self._work <= QUICK * WORK_BETWEEN
        finally:
            self.lock.release()

    def way_to(self, epoch: int) -> Iterator[Point]:
        """As `at`, the last one; before it what lies on the way, for whoever may have to stop."""
        if epoch < self.begin and self.before:
            yield from self.before.way_to(epoch)
            return
        with self.lock:
            step, _ = self._nearest(self._stretch(epoch)[1], epoch * self._per_epoch)
        yield from map(self.at, range(-(-step // self._per_epoch), epoch + 1))

    def stretches(self, last: int, first: int = 0) -> Iterator[Point]:
        """Weights (k, n) and states (k, slots, n) after all epochs from `first` up to `last`, part
        by part.
        """
        if self.before and first < self.begin:
            for weights, states in self.before.stretches(min(last, self.begin - 1), first):
                yield weights, self._own(states)
        first = max(first, self.begin)
        if self.every == 1 and last >= first:
            own = slice(first - self.begin, last + 1 - self.begin)
            yield self.weights[own], self.states[own]
            return
        block = max(1, MOST_BYTES // self._point_bytes)
        for begin in range(first, last + 1, block):
            yield self._made(begin, min(begin + block - 1, last))

    def kept(self, last: int) -> tuple[Ints, Floats]:
        """The epochs (k,) up to `last` whose weights are kept, and these (k, n)."""
        epochs = np.arange(self.begin, last + 1, self.every)
        weights = self.weights[: len(epochs)]
        if not self.before:
            return epochs, weights
        earlier, former = self.before.kept(min(last, self.begin - 1))
        return np.concatenate([earlier, epochs]), np.concatenate([former, weights])

    def whole(self, last: int, first: int = 0) -> Point:
        """Weights (k, n) and states (k, slots, n) after all k epochs from `first` up to `last`."""
        parts = [*self.stretches(last, first)]
        weights, states = (
            parts[0] if len(parts) == 1 else map(np.concatenate, zip(*parts, strict=True))
        )
        weights.flags.writeable = states.flags.writeable = False
        return weights, states

    def until(self, epoch: int, every: int) -> "Past":
        """A copy of what leads to an epoch, kept after every `every`-th one at most."""
        apart = -(-every // self.every)
        rows = slice(0, max(0, epoch - self.begin) // self.every + (epoch >= self.begin), apart)
        before = self.before and self.before.until(min(epoch, self.begin), every)
        return Past(
            self.config, self.born, self.begin, apart * self.every, self.weights[rows].copy(),
            self.states[rows].copy(), before, self.scheduled,
        )  # fmt: skip

    def _own(self, states: Floats) -> Floats:
        """The states (…, slots, n) of the run before as this one has them."""
        former, own = self.before and self.before.config, self.config
        if former and former.rule is own.rule and former.slots == own.slots:
            return states
        return np.broadcast_to(0.0, (*states.shape[:-2], *self.states.shape[1:]))

    def _stretch(self, epoch: int) -> tuple[int, dict[int, Point]]:
        """The step at which the stretch of an epoch begins, and the points that are known of it."""
        row = (epoch - self.begin) // self.every
        first = (self.begin + row * self.every) * self._per_epoch
        known = self._known.setdefault(row, {first: (self.weights[row], self.states[row])})
        self._known.move_to_end(row)
        if len(self._known) > MOST_STRETCHES:
            self._known.popitem(last=False)
        return first, known

    def _nearest(self, known: dict[int, Point], step: int) -> tuple[int, Point]:
        """The last of the points known up to a step, and the step after which it was."""
        at = max(at for at in known if at <= step)
        newest, point = self._newest
        return (newest, point) if at < newest <= step else (at, known[at])

    @property
    def _work(self) -> int:
        """What a step takes, in products of weights and samples."""
        problem = self.config.problem
        return problem.parameter_count * problem.batch_size

    @cached_property
    def _spacing(self) -> int:
        """Steps between two checkpoints."""
        stretch: int = min(self.every, self.config.epochs + 1 - self.begin) * self._per_epoch
        most = max(1, MOST_BYTES // self._point_bytes)
        return max(1, WORK_BETWEEN // self._work, -(-stretch // most))

    def _advance(self, point: Point, first: int, last: int) -> Point:
        """New weights and state: those after `first` steps, trained on to `last`."""
        return self._run(point, first, last, self.unrecorded(first, last))

    def unrecorded(self, first: int, last: int) -> Recorded:
        """Room for what the loop can't but record from step `first` to step `last`."""
        begin = first // self._per_epoch
        rows = last // self._per_epoch - begin + 1
        nothing = self.weights[:0].copy(), self.states[:0].copy()
        return Recorded(np.empty((rows, len(RECORDED))), *nothing, begin, rows + 1)

    def _run(self, point: Point, first: int, last: int, recorded: Recorded) -> Point:
        w, state, sums = point[0].copy(), point[1].copy(), np.zeros(SUMS)
        while first < last:
            first, _ = self.engine.run(first, last, w, state, sums, recorded)
        w.flags.writeable = state.flags.writeable = False
        return w, state

    def _made(self, first: int, last: int) -> Point:
        """Weights and states after the epochs from `first` to `last`, made again."""
        point, count = self.at(first), last - first + 1
        weights, states = np.empty((count, *point[0].shape)), np.empty((count, *point[1].shape))
        weights[0], states[0] = point
        with self.lock:
            recorded = Recorded(np.empty((count, len(RECORDED))), weights, states, first, 1)
            begin, end = first * self._per_epoch, last * self._per_epoch
            self._newest = end, self._run(point, begin, end, recorded)
        return weights, states


def rows_apart(config: RunConfig, most: int) -> int:
    """Of every how manyth epoch `most` bytes have room for weights and state.

    Where there is no room at all, those at the start are kept alone.
    """
    rows = max(1, most // config.bytes_of_an_epoch)
    return -(-(config.epochs + 1) // rows)
