"""What a run left."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optplay.arrays import Floats, Ints, np
from optplay.errors import InputError
from optplay.training.config import RunConfig
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
