"""How far each parameter moves in one step, and at which rate (exercise 3)."""

from dataclasses import dataclass
from math import inf, nan
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from optplay.training import History, after_step, one_update
from optplay.training.compilation import compiled_rule

QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
BINS = 24
CORRECTION = "bias_correction"
ROUNDING = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class StepTaken:
    """One update: `steps` (n,) is |Δw| by the rule, without decay; `rates` (n,) effective rates.

    The rate is what the rule multiplies the direction by: lr/(√v̂ + ε) in Adam, lr in SGD.
    """

    steps: NDArray[np.float64]
    rates: NDArray[np.float64]


# Tables, charts and claims ask for the same steps, and each is trained again from its epoch on.
_known: WeakKeyDictionary[History, dict[int, StepTaken | None]] = WeakKeyDictionary()


def step_taken(history: History, step: int) -> StepTaken | None:
    """The update with this number (from 1), or None if this run did not come to make it."""
    known = _known.setdefault(history, {})
    if step not in known:
        known[step] = _step_taken(history, step)
    return known[step]


def _step_taken(history: History, step: int) -> StepTaken | None:
    config = history.config
    first = (history.forked_at or 0) * config.problem.steps_per_epoch
    if not first < step <= history.steps - (history.diverged_at is not None):
        return None
    (before, _), (after, state) = after_step(history, step - 1), after_step(history, step)
    lr, t = config.learning_rate(step - 1), step - history.born
    rates = np.full(before.size, lr)
    if config.rule.rates:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            rates = config.rule.rates(state, config.hyper, lr, t)
    decayed = before * (1 - lr * (config.weight_decay or 0.0))
    steps = np.abs(after - decayed)
    # What the decay alone moves is idle: all that is left of it is a rounding error.
    steps[steps <= ROUNDING * np.abs(before) * bool(config.weight_decay)] = 0.0
    return StepTaken(steps, rates)


def uncorrected_ratio(history: History, step: int) -> float:
    """‖Δw‖ of a step without bias correction over ‖Δw‖ of it with: from one state and gradient.

    NaN for a rule that has no such switch, and where nothing moves; infinity if the run did not
    come to make this step.
    """
    config = history.config
    if CORRECTION not in config.hyperparameters:
        return nan
    if step_taken(history, step) is None:
        return inf
    update, lengths = one_update(history, step), []
    for correction in (False, True):
        knobs = {**config.hyperparameters, CORRECTION: correction}
        hyper = replace(config, hyperparameters=knobs).hyper
        delta, state = np.zeros_like(update.before), update.state_before.copy()
        compiled_rule(config.rule)(
            delta, update.rule_gradient.copy(), state, hyper, update.lr, update.t
        )
        lengths.append(float(np.linalg.norm(delta)))
    return lengths[0] / lengths[1] if lengths[1] else nan


def moved(taken: StepTaken) -> NDArray[np.bool_]:
    """Which parameters moved: a dead neuron's do not, and its rate lr/ε would say nothing."""
    mask: NDArray[np.bool_] = taken.steps > 0
    return mask


def distribution(histories: list[History], step: int) -> dict[str, Any]:
    """Steps and rates of all parameters that moved, pooled over the seeds.

    Returns:
        `step`, `moved` and `idle` (counts of parameters), and for each of `steps` and `rates`:
        `quantiles` {"0": …, "0.1": …}, `ratio` (largest over smallest), and a histogram:
        `edges` (bins + 1, evenly spaced on a log scale) and `counts` (bins).
    """
    taken = [t for h in histories if (t := step_taken(h, step)) is not None]
    result: dict[str, Any] = {
        "step": step,
        "moved": int(sum(moved(t).sum() for t in taken)),
        "idle": int(sum((~moved(t)).sum() for t in taken)),
    }
    for name in ("steps", "rates"):
        pooled = [getattr(t, name)[moved(t)] for t in taken]
        result[name] = _summary(np.concatenate(pooled) if pooled else np.empty(0))
    return result


def _summary(values: NDArray[np.float64]) -> dict[str, Any]:
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return {"quantiles": {}, "ratio": None, "edges": [], "counts": []}
    quantiles = np.quantile(values, QUANTILES)
    low, high = np.log10(quantiles[0]), np.log10(quantiles[-1])
    # One value, as SGD's one rate for all, still gets a bin with a width.
    margin = 0.0 if high - low > 1e-9 else 0.05
    edges = np.linspace(low - margin, high + margin, BINS + 1)
    counts, _ = np.histogram(np.log10(values), edges)
    return {
        "quantiles": {f"{q:g}": float(v) for q, v in zip(QUANTILES, quantiles, strict=True)},
        "ratio": float(quantiles[-1] / quantiles[0]),
        "edges": (10**edges).tolist(),
        "counts": counts.tolist(),
    }
