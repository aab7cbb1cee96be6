"""What a run left."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from optplay.arrays import Floats, Ints, np
from optplay.errors import InputError
from optplay.training.config import PLATEAU, RunConfig, share_in
from optplay.training.recorded import RECORDED

if TYPE_CHECKING:
    # What makes it again is not needed where nothing is trained.
    from optplay.training.past import Past, Point


@dataclass(frozen=True, eq=False)
class History:
    """What a run left, or has left so far; its arrays are read-only views.

    Attributes:
        config: what decided the run.
        epochs: how many epochs are done.
        steps: how many steps are done.
        diverged_at: the number (from 1) of the step at which the loss, the gradient's norm or a
            weight was no longer finite.
        record: (epochs, quantities), in the order of RECORDED; NaN where there is none.
        past: its weights and states, of which more may be filled in than this History has.
        current: (n,) the weights and current_state: (slots, n) the state after step `steps`.
    """

    config: RunConfig
    epochs: int
    steps: int
    diverged_at: int | None
    record: Floats
    past: "Past"
    current: Floats
    current_state: Floats

    def __getitem__(self, quantity: str) -> Floats:
        """One recorded quantity: a value per epoch done."""
        return self.record[:, RECORDED.index(quantity)]

    def at(self, epoch: int) -> "Point":
        """Weights (n,) and state (slots, n) after an epoch, 0 for the start; made again if need be.

        Raises:
            InputError: no such epoch.
        """
        if not 0 <= epoch <= self.epochs:
            raise InputError(f"epoch: found {epoch}, allowed: 0 to {self.epochs}")
        if epoch * self.config.problem.steps_per_epoch == self.steps:
            return self.current, self.current_state
        return self.past.at(epoch)

    def evaluated(self, epoch: int) -> Floats:
        """The weights (n,) that are to be evaluated after an epoch: those of `at`, unless the rule
        or a wrapper keeps others for that.

        Raises:
            InputError: no such epoch.
        """
        weights, state = self.at(epoch)
        return self.past.evaluated(epoch, weights, state)

    def evaluated_parts(self) -> Iterator[Floats]:
        """The same (k, n) after all epochs, the start included, part by part."""
        if self.past.evaluated_apart:
            for epoch in range(self.epochs + 1):
                yield self.evaluated(epoch)[np.newaxis]
        else:
            yield from (weights for weights, _ in self.past.stretches(self.epochs))

    @property
    def final(self) -> Floats:
        """(n,) the weights that are to be evaluated at the end; as trained, where that is not the
        end of an epoch, as in a run that diverged.
        """
        return self.evaluated(self.epochs) if self.whole else self.current

    @property
    def whole(self) -> bool:
        """Whether its last step ended an epoch."""
        return self.epochs * self.config.problem.steps_per_epoch == self.steps

    @property
    def gradient_evaluations(self) -> int:
        """Of how many mini-batches a gradient was taken, by what it goes on from too."""
        past, steps, found = self.past, self.steps, 0.0
        while True:
            begin = past.begin if past.before else 0
            own = steps - begin * past.config.problem.steps_per_epoch
            found += max(own, 0) * past.config.evaluations_per_step
            if past.before is None:
                return ceil(round(found, 6))
            past = past.before
            steps = begin * past.config.problem.steps_per_epoch

    def at_hand(self, epoch: int) -> bool:
        """Whether `at` takes no more than some milliseconds."""
        at_end = epoch * self.config.problem.steps_per_epoch == self.steps
        return at_end or self.past.at_hand(epoch)

    def kept(self, *epochs: int) -> tuple[Ints, Floats]:
        """Epochs (k,), which increase, with the weights (k, n) after them: those at hand.

        All of them, unless the run is long.

        Args:
            epochs: that are to be among them; there are none after the last of these.
        """
        known, weights = self.past.kept(max(epochs))
        for epoch in epochs:
            place = int(np.searchsorted(known, epoch))
            if epoch not in known[place : place + 1]:
                known = np.insert(known, place, epoch)
                weights = np.insert(weights, place, self.at(epoch)[0], axis=0)
        return known, weights

    def between(self, first: int, last: int) -> Floats:
        """(last - first + 1, n) weights after all epochs from `first` to `last`."""
        return self.past.whole(last, first)[0]

    @property
    def weights(self) -> Floats:
        """(epochs + 1, n): at the start, then after each epoch; see `at` for one of them.

        In a long run they are made again, which takes as long as the run.
        """
        return self.past.whole(self.epochs)[0]

    @property
    def states(self) -> Floats:
        """(epochs + 1, slots, n): the optimizer's state then."""
        return self.past.whole(self.epochs)[1]

    @property
    def born(self) -> int:
        """The step before which the state was zero: 0, unless a fork changed the optimizer."""
        return self.past.born

    @property
    def scheduled_from(self) -> int:
        """The step at which its schedule begins: 0, or that of the fork."""
        return self.past.scheduled

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0, that the run has made."""
        return self.config.lr * self.share(step)

    def share(self, step: int) -> float:
        """What lr was multiplied by at a step, counted from 0, that the run has made."""
        share, config = self.config.share(step, self.scheduled_from), self.config
        if config.decay != PLATEAU:
            return share
        return share_in(share, self.at(step // config.problem.steps_per_epoch)[1])

    @property
    def forked_at(self) -> int | None:
        """The epoch at which this run left another one, if it did."""
        return self.past.begin if self.past.before else None

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return self.record.nbytes + self.past.nbytes

    @property
    def done(self) -> bool:
        """Whether the run is over."""
        return self.diverged_at is not None or self.steps >= self.config.steps

    @property
    def exact(self) -> bool:
        """Whether its numbers are the same bits on every machine."""
        return self.past.exact

    @property
    def outcome(self) -> str:
        """`diverged`, `collapsed` (no better than `problem.hopeless_loss`) or `trained`."""
        if self.diverged_at is not None:
            return "diverged"
        last = float(self["loss"][-1]) if self.epochs else float("inf")
        hopeless = self.config.problem.hopeless_loss(self.config.seed)
        return "collapsed" if last >= hopeless else "trained"
