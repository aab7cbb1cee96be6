"""How each metric is measured: see `metrics`."""

from collections.abc import Callable
from math import inf, nan

import numpy as np

from optplay.arithmetic.norms import norm
from optplay.experiments.descent import convergence_factor, distances, steps_until, values
from optplay.experiments.sharpness import last_sharpness, sharpness_at_loss, stability_ratio
from optplay.experiments.steps import moved, step_taken, uncorrected_ratio
from optplay.training import History

Measure = Callable[[History, float], float]


def _last(quantity: str, worst: float) -> Measure:
    return lambda h, at: worst if h.diverged_at or not h.epochs else float(h[quantity][-1])


def _first(reached: Callable[[History, float], np.ndarray]) -> Measure:
    def measure(history: History, at: float) -> float:
        epochs = np.flatnonzero(reached(history, at))
        return inf if history.diverged_at or not epochs.size else float(epochs[0] + 1)

    return measure


def _best(quantity: str, best: Callable[..., float], worst: float) -> Measure:
    return lambda h, at: worst if h.diverged_at or not h.epochs else float(best(h[quantity]))


def _norm_ratio(history: History, at: float) -> float:
    if history.diverged_at:
        return inf
    start = norm(history.at(0)[0])
    return norm(history.current) / start if start else nan


def _clipped(history: History, at: float) -> float:
    if history.diverged_at:
        return inf
    return float(np.mean(history["clipped"])) if history.config.clip and history.epochs else 0.0


def _outcome(name: str) -> Measure:
    return lambda h, at: float(h.outcome == name)


def _ratio(of: str) -> Measure:
    def measure(history: History, at: float) -> float:
        taken = step_taken(history, int(at))
        if taken is None:
            return inf
        values = getattr(taken, of)[moved(taken)]
        return float(values.max() / values.min()) if values.size else nan

    return measure


def _step_size(history: History, at: float) -> float:
    taken = step_taken(history, int(at))
    return inf if taken is None else norm(taken.steps)


def _descent(measure: Measure) -> Measure:
    """A measure of a run on a surface; NaN for one of a network."""

    def measured(history: History, at: float) -> float:
        if not history.config.on_surface:
            return nan
        return inf if history.diverged_at else measure(history, at)

    return measured


MEASURES: dict[str, Measure] = {
    "final_loss": _last("loss", inf),
    "best_loss": _best("loss", np.min, inf),
    "final_accuracy": _last("accuracy", -inf),
    "best_accuracy": _best("accuracy", np.max, -inf),
    "final_test_loss": _last("test_loss", inf),
    "final_test_accuracy": _last("test_accuracy", -inf),
    "epochs_to_accuracy": _first(lambda h, at: h["accuracy"] >= at),
    "epochs_to_loss": _first(lambda h, at: h["loss"] <= at),
    "weight_norm": _last("weight_norm", inf),
    "weight_norm_ratio": _norm_ratio,
    "clipped_fraction": _clipped,
    "trained": _outcome("trained"),
    "collapsed": _outcome("collapsed"),
    "diverged": _outcome("diverged"),
    "gradient_evaluations": lambda h, at: float(h.gradient_evaluations),
    "step_size": _step_size,
    "step_ratio": _ratio("steps"),
    "rate_ratio": _ratio("rates"),
    "uncorrected_ratio": lambda h, at: uncorrected_ratio(h, int(at)),
    "distance": _descent(lambda h, at: float(distances(h, h.epochs)[0])),
    "final_x": _descent(lambda h, at: float(h.final[0])),
    "steps_to_loss": _descent(lambda h, at: steps_until(values(h), at)),
    "steps_to_distance": _descent(lambda h, at: steps_until(distances(h), at)),
    "convergence_factor": _descent(lambda h, at: convergence_factor(h)),
    "sharpness": last_sharpness,
    "sharpness_at_loss": sharpness_at_loss,
    "stability_ratio": stability_ratio,
}
