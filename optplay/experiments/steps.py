"""How far each parameter moves in one step, and at which rate (exercise 3).

The effective rate is what the rule multiplies a parameter's direction by; see `Optimizer.terms`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from optplay.arithmetic import log10, power
from optplay.arithmetic.norms import norm
from optplay.arrays import Floats
from optplay.experiments.quantiles import quantiles
from optplay.kept import Kept
from optplay.optim.hyperparameters import BIAS_CORRECTION
from optplay.training import History, RunConfig, after_step, one_update
from optplay.training.made import decayed_part, of_state, rates_of, told_by
from optplay.training.replay import made_in

QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
KINDS = ("rates", "steps")
BINS = 24
# Of the steps of one run that may be asked for again, and what one takes besides its numbers.
MOST_BYTES, OVERHEAD = 1_000_000, 400
ROUNDING = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class StepTaken:
    """One update: `steps` (n,) is |Δw| by the rule, without decay; `rates` (n,) effective rates.

    The rate is what the rule multiplies the direction by: lr/(√v̂ + ε) in Adam, lr in SGD. NaN where
    a rule has `no_rates`.
    """

    steps: NDArray[np.float64]
    rates: NDArray[np.float64]


# Tables, charts and claims ask for the same steps, and each is trained again from its epoch on.
_known: WeakKeyDictionary[History, Kept[int, StepTaken]] = WeakKeyDictionary()


def step_taken(history: History, step: int) -> StepTaken | None:
    """The update with this number (from 1), or None if this run did not come to make it."""
    known = _known.setdefault(history, Kept(MOST_BYTES))
    found = known.get(step)
    if found is None and (found := _step_taken(history, step)):
        known.keep(step, found, found.steps.nbytes + found.rates.nbytes + OVERHEAD)
    return found


def _step_taken(history: History, step: int) -> StepTaken | None:
    config = history.config
    first = (history.forked_at or 0) * config.problem.steps_per_epoch
    if not first < step <= history.steps - (history.diverged_at is not None):
        return None
    (before, _), (after, state) = after_step(history, step - 1), after_step(history, step)
    lr = history.learning_rate(step - 1)
    rates = None if config.rule.no_rates else rates_after(history, step, before, state, lr)
    if rates is None:
        rates = np.full(before.size, nan if config.rule.no_rates else lr)
    decayed = before * (1 - decayed_part(config, lr, history.share(step - 1)))
    steps = np.abs(after - decayed)
    # What the decay alone moves is idle: all that is left of it is a rounding error.
    steps[steps <= ROUNDING * np.abs(before) * bool(config.pipeline_decay)] = 0.0
    return StepTaken(steps, rates)


def rates_after(
    history: History, step: int, w: Floats, state: Floats, lr: float
) -> Floats | None:  # fmt: skip
    """(n,) the rate of each parameter in a step, from 1; None where all have lr.

    It is told by the state alone, see `of_state`; of rules of tensors, whose rates go by norms of
    the gradient, by the step as it was made.

    Args:
        w: (n,) the weights. state: (slots, width) after the step. lr: for which they are told.
    """
    config, t = history.config, step - history.born
    if config.rule.scope == "parameter":
        return rates_of(config, of_state(config, w, state, lr, t))
    return rates_of(config, made_in(config, one_update(history, step), lr))


def uncorrected_ratio(history: History, step: int) -> float:
    """‖Δw‖ of a step without bias correction over ‖Δw‖ of it with: from one state and gradient.

    NaN for a rule that has no such switch or tells no terms, and where nothing moves; infinity if
    the run did not come to make this step.
    """
    config = history.config
    if BIAS_CORRECTION.name not in config.hyperparameters or config.rule.terms is None:
        return nan
    if step_taken(history, step) is None:
        return inf
    made, lengths = [*made_in(config, one_update(history, step))], []
    for correction in (False, True):
        told = told_by(
            config,
            [
                each._replace(hyper={**each.hyper, BIAS_CORRECTION.name: correction})
                for each in made
            ],
        )
        lengths.append(norm(np.asarray(told.terms["Δ"])))
    return lengths[0] / lengths[1] if lengths[1] else nan


def moved(taken: StepTaken) -> NDArray[np.bool_]:
    """Which parameters moved: a dead neuron's do not, and its rate lr/ε would say nothing."""
    mask: NDArray[np.bool_] = taken.steps > 0
    return mask


def distribution(
    histories: Sequence[History], step: int, edges: Mapping[str, Sequence[float]] | None = None
) -> dict[str, Any]:
    """Steps and rates of all parameters that moved, pooled over the seeds.

    Args:
        histories: a run with its seeds.
        step: the number of the update, from 1.
        edges: for `steps` and `rates` the edges of a histogram that spans all values, in place of
            edges that fit them.

    Returns:
        `step`, `moved` and `idle` (counts of parameters), `no_rates` (why there are none of a rule
        whose step is not made so; else None), and for each of `steps` and `rates`:
        `quantiles` {"0": …, "0.1": …}, `ratio` (largest over smallest), and a histogram:
        `edges` (bins + 1, evenly spaced on a log scale) and `counts` (bins).
    """
    count, idle, pooled = _pooled(histories, step)
    summaries = {
        kind: _summary(values, edges[kind] if edges else None) for kind, values in pooled.items()
    }
    return {
        "step": step, "moved": count, "idle": idle, "no_rates": no_rates(histories), **summaries,
    }  # fmt: skip


def no_rates(histories: Sequence[History]) -> str | None:
    """Why a run has no rate for each parameter, if there is a reason."""
    return (histories[0].config.rule.no_rates or None) if histories else None


def overlaid(runs: Mapping[str, Sequence[History]], step: int) -> dict[str, dict[str, Any]]:
    """The `distribution` of each run, by its label, with the same edges for all."""
    every = distribution([h for histories in runs.values() for h in histories], step)
    edges = {kind: every[kind]["edges"] for kind in KINDS}
    return {label: distribution(histories, step, edges) for label, histories in runs.items()}


@dataclass(frozen=True, eq=False)
class Quantiles:
    """How rates and steps spread over the parameters that moved in one step, pooled over seeds.

    Attributes:
        step: the number of the update, from 1. epoch: in which epoch of the run it lies.
        moved, idle: counts of parameters.
        rates, steps: (7,) the smallest, the 10, 25, 50, 75 and 90 % quantile, and the largest; NaN
            where nothing moved.
    """

    step: int
    epoch: int
    moved: int
    idle: int
    rates: NDArray[np.float64]
    steps: NDArray[np.float64]


def last_steps(config: RunConfig, count: int = 60) -> list[int]:
    """The last steps of up to `count` epochs, evenly spaced from the first to the last one.

    Where the order of the samples is fixed they all are steps on the same ones, so that what
    changes from one to the next is the run.
    """
    epochs = np.linspace(config.epochs, 1, min(count, config.epochs))[::-1]
    return [int(epoch) * config.problem.steps_per_epoch for epoch in np.rint(epochs)]


def over_time(histories: Sequence[History], steps: Iterable[int]) -> Iterator[Quantiles]:
    """The quantiles of each of these steps, one by one; stop iterating to cancel.

    Args:
        histories: a run with its seeds, at least one.
        steps: numbers of updates, from 1, such as `last_steps`.

    A step is trained again from the epoch before it, which takes a fraction of a millisecond in
    the lesson's network. Seeds that did not come to make it are left out.
    """
    for step in steps:
        count, idle, pooled = _pooled(histories, step)
        found = {kind: quantiles(values, QUANTILES) for kind, values in pooled.items()}
        epoch = (step - 1) // histories[0].config.problem.steps_per_epoch + 1
        yield Quantiles(step, epoch, count, idle, **found)


def _pooled(
    histories: Sequence[History], step: int
) -> tuple[int, int, dict[str, NDArray[np.float64]]]:
    """How many parameters of all seeds moved and did not; usable rates and steps of the former."""
    taken = [(t, moved(t)) for h in histories if (t := step_taken(h, step)) is not None]
    pooled = {}
    for kind in KINDS:
        values = np.concatenate([np.empty(0), *(getattr(t, kind)[mask] for t, mask in taken)])
        pooled[kind] = values[np.isfinite(values) & (values > 0)]
    count = int(sum(mask.sum() for _, mask in taken))
    return count, sum(mask.size for _, mask in taken) - count, pooled


def _summary(values: NDArray[np.float64], edges: Sequence[float] | None = None) -> dict[str, Any]:
    if not values.size:
        bins = max(len(edges or ()) - 1, 0)
        return {"quantiles": {}, "ratio": None, "edges": list(edges or ()), "counts": [0] * bins}
    found = quantiles(values, QUANTILES)
    # Of steps as small as 1e-300 the largest is infinitely many times the smallest.
    with np.errstate(over="ignore"):
        ratio = float(found[-1] / found[0])
    low, high = log10(found[[0, -1]]).tolist()
    bounds = log10(np.array(edges)) if edges else _edges(low, high)
    # A logarithm there and back may put the ends just outside.
    counts, _ = np.histogram(np.clip(log10(values), bounds[0], bounds[-1]), bounds)
    return {
        "quantiles": {f"{q:g}": float(v) for q, v in zip(QUANTILES, found, strict=True)},
        "ratio": ratio,
        "edges": list(edges) if edges else power(np.full_like(bounds, 10.0), bounds).tolist(),
        "counts": counts.tolist(),
    }


def _edges(low: float, high: float) -> NDArray[np.float64]:
    # One value, as SGD's one rate for all, still gets a bin with a width.
    margin = 0.0 if high - low > 1e-9 else 0.05
    return np.linspace(low - margin, high + margin, BINS + 1)
