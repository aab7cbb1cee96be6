"""The learning-rate range test: the rate rises within one run, and the loss tells where it is good.

Smith 2017, Cyclical learning rates for training neural networks, section 3.3; with a rate that
rises by factors, as is usual since. What it suggests is a rule of thumb, not a measurement: the run
has a past at each rate, so the loss at a rate says what that rate does to a network that is trained
that far already, not where it would end.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np

from optplay.arithmetic import log10
from optplay.arrays import Floats
from optplay.errors import InputError, within
from optplay.experiments import Preset, run_preset
from optplay.training import History, RunConfig

HIGHEST = 10.0
# The loss is smoothed over this part of a decade of the rate.
WINDOW_DECADES = 0.25
# What many take: a tenth of the rate at which the loss begins to rise.
MARGIN = 10


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What a range test found; both arrays are of shape (epochs,).

    Attributes:
        rates: the learning rate at the end of each epoch. losses: the mean loss of each epoch.
        steepest: the rate, up to `rising`, at which the smoothed loss falls fastest, by the rate's
            logarithm; None if it never falls.
        rising: the rate of the lowest smoothed loss, beyond which it rises; None if it falls to
            the end.
        diverged: the rate at which the run diverged, if it did.
    """

    rates: Floats
    losses: Floats
    steepest: float | None
    rising: float | None
    diverged: float | None

    @property
    def suggestion(self) -> float | None:
        """A tenth of the rate at which the loss begins to rise; None if it doesn't."""
        return self.rising / MARGIN if self.rising else None


def ramped(config: RunConfig, to: float = HIGHEST) -> RunConfig:
    """The run with a rate that rises to `to`, from a millionth of it, without warmup or decay.

    Raises:
        InputError: the rate is out of range.
    """
    if to == 0:
        raise InputError("lr: found 0, allowed: above 0, as it rises by factors")
    return msgspec.structs.replace(
        config, decay="ramp", decay_knobs={}, warmup=0.0, warmup_steps=None, warmup_start=0.0,
        hyperparameters={**config.hyperparameters, "lr": to},
    )  # fmt: skip


def range_test(history: History) -> RangeTest:
    rates, losses = history["learning_rate"], history["loss"]
    diverged = None
    if history.diverged_at is not None:
        diverged = history.config.learning_rate(history.steps - 1, history.scheduled_from)
    steepest = rising = None
    if losses.size > 1:
        decades = log10(rates)
        smooth = _smoothed(losses, decades)
        slopes = np.gradient(smooth, decades)
        lowest = int(smooth.argmin())
        # After that it jumps up and down, more steeply than it ever fell.
        if (falling := slopes[: lowest + 1]).min() < 0:
            steepest = float(rates[falling.argmin()])
        if lowest + 1 < smooth.size or diverged is not None:
            rising = float(rates[lowest])
    return RangeTest(rates, losses, steepest, rising, diverged)


def run_tests(
    preset: Preset, to: float = HIGHEST, *, progress: Callable[[int], None] = lambda steps: None
) -> dict[str, list[RangeTest]]:
    """A range test of each run, by its label, with each seed.

    Args:
        progress: see `run_preset`.

    Raises:
        InputError: the rate is out of range, or it is more than this machine can hold or finish.
    """
    with within("--to"):
        ramps = [
            msgspec.structs.replace(run, config=ramped(run.config, to), fork=None)
            for run in preset.runs
        ]
    tested = msgspec.structs.replace(preset, runs=tuple(ramps), claims=())
    found = run_preset(tested, progress=progress).runs
    return {label: [range_test(history) for history in seeds] for label, seeds in found.items()}


def _smoothed(losses: Floats, places: Floats) -> Floats:
    """The mean over a window around each place; shorter at the ends."""
    low = np.searchsorted(places, places - WINDOW_DECADES / 2, side="left")
    high = np.searchsorted(places, places + WINDOW_DECADES / 2, side="right")
    total = np.concatenate([[0.0], np.cumsum(losses)])
    mean: Floats = (total[high] - total[low]) / (high - low)
    return mean
