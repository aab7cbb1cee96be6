"""What a sweep says: medians over the seeds, each run's best value and how wide its good range is.

To choose the best of many values on the seeds that it is then judged on is optimistic: of values
that are really alike, the luckiest wins. All runs gain by it alike where they had as many values to
choose from; `confirmation` measures what is left of it on seeds that had no part in the choice.
"""

from dataclasses import dataclass
from math import inf, nan
from typing import Any

import msgspec
import numpy as np

from optplay.arithmetic import log10
from optplay.arrays import Floats
from optplay.experiments.claims import Side, side
from optplay.experiments.experiment import OUTCOMES
from optplay.experiments.preset import Run
from optplay.experiments.quantiles import QUARTILES, quantiles
from optplay.instruments.sweep.axes import SweptKey
from optplay.instruments.sweep.measure import Sweep, SweepResults

# A value is as good as the best one if its median is no more than this part worse.
TOLERANCE = 0.1
HIGH_IS_GOOD = ("final_accuracy",)


@dataclass(frozen=True)
class Best:
    """Where a run does best: at the lowest of those values of the axes that have the best median.

    Attributes:
        at: the index on each axis. values: of each axis, there.
        side: the metric there, over the seeds.
        outcomes: how many seeds came to each outcome there.
        good: for each axis the lowest and the highest value of the good range.
        ends: for each axis whether the good range ends at the axis' own low and high end, beyond
            which nothing was tried.
    """

    at: tuple[int, ...]
    values: tuple[float, ...]
    side: Side
    outcomes: dict[str, int]
    good: tuple[tuple[float, float], ...]
    ends: tuple[tuple[bool, bool], ...]

    @property
    def factor(self) -> float:
        """How many times its lowest value the highest one of the good range is."""
        low, high = self.good[0]
        return high / low if low > 0 else nan

    @property
    def decades(self) -> float:
        """The same as a power of ten."""
        return log10(self.factor) if self.factor > 0 else nan


def over_seeds(results: SweepResults, metric: str) -> tuple[Floats, Floats, Floats]:
    """Median, lower and upper quartile over the seeds made, for each run and value of the axes.

    NaN where there is none yet.
    """
    low, median, high = quantiles(results.metrics[metric], QUARTILES)
    return median, low, high


def best(results: SweepResults, run: int, metric: str = "final_loss") -> Best | None:
    """Where a run does best; None if its median is nowhere finite.

    The good range are the values around the best one, with none worse in between, whose median is
    at most 10 % worse; of two axes, each with the other at its best.

    Args:
        results: of any part of the sweep. run: the index of the run.
        metric: one of SWEPT; of the accuracy the highest is best, of the others the lowest.
    """
    medians = over_seeds(results, metric)[0][run]
    sign = -1.0 if metric in HIGH_IS_GOOD else 1.0
    ranked = np.where(np.isfinite(medians), sign * medians, inf)
    if not np.isfinite(ranked).any():
        return None
    at = tuple(int(i) for i in np.unravel_index(ranked.argmin(), ranked.shape))
    most = ranked[at] + TOLERANCE * abs(ranked[at])
    good, ends = [], []
    for number, axis in enumerate(results.sweep.axes):
        along: tuple[Any, ...] = (*at[:number], slice(None), *at[number + 1 :])
        line = ranked[along] <= most
        first = last = at[number]
        while first > 0 and line[first - 1]:
            first -= 1
        while last + 1 < line.size and line[last + 1]:
            last += 1
        good.append((axis.values[first], axis.values[last]))
        ends.append((first == 0, last + 1 == line.size))
    place = (run, *at)
    return Best(
        at,
        _values(results.sweep.axes, at),
        side(results.metrics[metric][place].tolist()),
        {outcome: int(results.counts(outcome)[place]) for outcome in OUTCOMES},
        tuple(good),
        tuple(ends),
    )


def _values(axes: tuple[SweptKey, ...], at: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(axis.values[i] for axis, i in zip(axes, at, strict=True))


def confirmation(results: SweepResults, metric: str = "final_loss") -> Sweep | None:
    """The sweep, without axes, that measures each run again where it does best, on fresh seeds.

    Those are as many seeds again, the ones that follow the highest; so none had a part in choosing.
    A run that is best nowhere is left out; None if that is all of them.
    """
    sweep = results.sweep
    runs = []
    for index, run in enumerate(sweep.runs):
        if found := best(results, index, metric):
            config = sweep.config((index, *found.at, 0))
            runs.append(Run(label=run.label, config=msgspec.structs.replace(config, seed=0)))
    first = max(sweep.seeds) + 1
    return Sweep(tuple(runs), tuple(range(first, first + len(sweep.seeds))), ()) if runs else None
