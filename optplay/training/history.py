"""What a run left."""

from dataclasses import dataclass

from optplay.arrays import Floats
from optplay.training.config import RunConfig
from optplay.training.recorded import RECORDED


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
        weights: (epochs + 1, n): at the start, then after each epoch.
        states: (epochs + 1, slots, n): the optimizer's state then.
        current: (n,) the weights and current_state: (slots, n) the state after step `steps`.
        born: the step before which the state was zero: 0, unless a fork changed the optimizer.
        forked_at: the epoch at which this run left another one, if it did.
    """

    config: RunConfig
    epochs: int
    steps: int
    diverged_at: int | None
    record: Floats
    weights: Floats
    states: Floats
    current: Floats
    current_state: Floats
    born: int = 0
    forked_at: int | None = None

    def __getitem__(self, quantity: str) -> Floats:
        """One recorded quantity: a value per epoch done."""
        return self.record[:, RECORDED.index(quantity)]

    @property
    def done(self) -> bool:
        """Whether the run is over."""
        return self.diverged_at is not None or self.steps >= self.config.steps

    @property
    def exact(self) -> bool:
        """Whether its numbers are the same bits on every machine."""
        return self.config.problem.exact

    @property
    def outcome(self) -> str:
        """`diverged`, `collapsed` (no better than `problem.hopeless_loss`) or `trained`."""
        if self.diverged_at is not None:
            return "diverged"
        last = float(self["loss"][-1]) if self.epochs else float("inf")
        hopeless = self.config.problem.hopeless_loss(self.config.seed)
        return "collapsed" if last >= hopeless else "trained"
