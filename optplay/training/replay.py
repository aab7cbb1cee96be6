"""Single steps of a run, made again by the engine that made them."""

from collections import OrderedDict
from dataclasses import dataclass
from math import inf
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from optplay.arrays import Floats
from optplay.errors import InputError
from optplay.training.engine import SUMS, Engine, step_by_hand
from optplay.training.history import History
from optplay.training.kernel import Pipeline
from optplay.training.recorded import RECORDED

# Weights and state right after a step.
Point = tuple[Floats, Floats]

# Between two checkpoints lies about a millisecond of training.
WORK_BETWEEN = 100_000
# Of the checkpoints in one epoch; an epoch of a run that is looked at all over has them.
MOST_BYTES = 2_000_000
MOST_EPOCHS = 4
NONE, ANY = np.zeros(1), np.full(1, inf)
ROUNDING = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True, eq=False)
class Update:
    """One step, in the order of the pipeline; arrays are (n,), states (slots, n), all read-only.

    Attributes:
        lr: the learning rate of this step.
        t: its number as the optimizer counts, from 1.
        samples: (batch,) the rows of `Problem.draw` in its mini-batch.
        loss: the mean loss of the batch before the step.
        gradient: of that loss. norm: its norm.
        clipped: whether the norm passed the threshold; clipped_gradient: what was left.
        rule_gradient: with the L2 term, as the rule was given it.
        before, after: the weights. state_before, state_after: the optimizer's state.
        delta: what the rule added to the weights.
    """

    lr: float
    t: int
    samples: NDArray[np.int64]
    loss: float
    gradient: Floats
    norm: float
    clipped: bool
    clipped_gradient: Floats
    rule_gradient: Floats
    before: Floats
    state_before: Floats
    after: Floats
    state_after: Floats
    delta: Floats


class _Replay:
    """The engine of one run, and checkpoints in the epochs last looked at."""

    def __init__(self, history: History) -> None:
        self.engine = Engine(history.config, born=history.born, test=False)
        self.lock = Lock()
        problem, n = history.config.problem, history.current.size
        point_bytes = 8 * n * (1 + history.states.shape[1])
        most = max(1, MOST_BYTES // point_bytes)
        self.per_epoch = problem.steps_per_epoch
        self.spacing = max(1, WORK_BETWEEN // (n * problem.batch_size), -(-self.per_epoch // most))
        self.epochs: OrderedDict[int, list[Point]] = OrderedDict()

    def after(self, history: History, step: int) -> Point:
        """Copies of the weights and the state after `step` steps."""
        epoch = min(step // self.per_epoch, history.epochs)
        known = self.epochs.setdefault(epoch, [(history.weights[epoch], history.states[epoch])])
        self.epochs.move_to_end(epoch)
        if len(self.epochs) > MOST_EPOCHS:
            self.epochs.popitem(last=False)
        begin = epoch * self.per_epoch
        wanted, left = divmod(step - begin, self.spacing)
        while len(known) <= wanted:
            at = begin + (len(known) - 1) * self.spacing
            known.append(self.advance(known[-1], at, at + self.spacing))
        return self.advance(known[wanted], step - left, step)

    def advance(self, point: Point, first: int, last: int) -> Point:
        """Copies of the weights and the state at `first`, trained on to `last`."""
        w, state = point[0].copy(), point[1].copy()
        sums = np.zeros(SUMS)
        while first < last:
            first, _ = self.engine.run(first, last, w, state, sums, self.recorded(last, state))
        return w, state

    def recorded(self, last: int, state: Floats) -> tuple[Floats, Floats, Floats]:
        """Room for what the loop records, by the number of the epoch; hardly any is ever used."""
        epochs = last // self.per_epoch + 1
        return (
            np.empty((epochs, len(RECORDED))),
            np.empty((epochs + 1, state.shape[1])),
            np.empty((epochs + 1, *state.shape)),
        )

    def once(self, point: Point, step: int, pipeline: Pipeline) -> tuple[Point, Floats, Floats]:
        """One step, counted from 0: what it leads to, the rule's gradient, and the loop's sums."""
        w, state = point[0].copy(), point[1].copy()
        sums, room = np.zeros(SUMS), self.recorded(step + 1, state)
        self.engine.run(step, step + 1, w, state, sums, room, pipeline)
        return (w, state), self.engine.gradient, sums

    def update(self, history: History, step: int) -> Update:
        """All of step `step`, counted from 1."""
        engine, pipeline, k = self.engine, self.engine.pipeline, step - 1
        before = self.after(history, k)
        end, rule_gradient, sums = self.once(before, k, pipeline)
        _, clipped_gradient, _ = self.once(before, k, pipeline._replace(l2=NONE))
        _, gradient, _ = self.once(before, k, pipeline._replace(l2=NONE, clip=ANY))
        samples = engine.batch(k)
        loss, norm, lr = (float(x) for x in sums[-3:])
        delta = self.delta(before, end[0], rule_gradient, lr, step - engine.born)
        update = Update(
            lr, step - engine.born, samples, loss / samples.size, gradient, norm,
            norm > pipeline.clip[0], clipped_gradient, rule_gradient, *before, *end, delta,
        )  # fmt: skip
        for array in vars(update).values():
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
        return update

    def delta(self, before: Point, after: Floats, gradient: Floats, lr: float, t: int) -> Floats:
        """What the rule added; the difference of the weights would hold their rounding as well."""
        pipeline, box = self.engine.pipeline, self.engine.config.problem.box
        (w, state), delta = before, np.zeros_like(after)
        alone = pipeline._replace(l2=NONE, clip=ANY, weight_decay=NONE)
        step_by_hand(self.engine.config.rule, alone, delta, gradient.copy(), state.copy(), lr, t)
        decayed = w * (1 - lr * pipeline.weight_decay)
        with np.errstate(invalid="ignore", over="ignore"):
            difference = after - decayed
            size = np.abs(after) + np.abs(decayed) + np.abs(delta)
            expected = np.clip(decayed + delta, -box, box)
            # A rule of the user's own may read the weights: from zero it goes elsewhere.
            same = np.abs(expected - after) <= ROUNDING * size
        return np.where(same, delta, difference)


_replays: WeakKeyDictionary[History, _Replay] = WeakKeyDictionary()


def _replay(history: History, step: int, first: int) -> _Replay:
    """The replay of a run, where `step` is one that it made, or at least its step `first`."""
    least = (history.forked_at or 0) * history.config.problem.steps_per_epoch + first
    if not least <= step <= history.steps:
        why = " (those after the fork)" * bool(history.forked_at)
        why += " (it diverged there)" * (history.diverged_at is not None)
        allowed = f"{least} to {history.steps}" if least <= history.steps else "none"
        raise InputError(f"step: found {step}, allowed: {allowed}{why}")
    if history not in _replays:
        _replays[history] = _Replay(history)
    return _replays[history]


def after_step(history: History, step: int) -> Point:
    """The weights (n,) and the state (slots, n) right after one of the steps of a run.

    Raises:
        InputError: the run has no such step, or it was made by the run that this one forked from.
    """
    replay = _replay(history, step, 0)
    with replay.lock:
        return replay.after(history, step)


def one_update(history: History, step: int) -> Update:
    """One step of a run, counted from 1, bit for bit as it was; the next ones are at hand then.

    Raises:
        InputError: as `after_step`.
    """
    replay = _replay(history, step, 1)
    with replay.lock:
        return replay.update(history, step)
