"""One number per run: what claims compare and tables show.

A run that never got there has infinity where low is good and minus infinity where high is good, so
that "never" counts as worse than any number, and a diverged run as worse than any other. Metrics of
one step take a diverged run as it was: only the steps that it did not come to make are infinite.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf, nan
from typing import Literal

import numpy as np

from optplay.arithmetic.norms import norm
from optplay.experiments.descent import convergence_factor, distances, steps_until, values
from optplay.experiments.sharpness import last_sharpness, sharpness_at_loss, stability_ratio
from optplay.experiments.steps import moved, step_taken, uncorrected_ratio
from optplay.problems import Problem, SurfaceProblem
from optplay.training import History


@dataclass(frozen=True)
class Metric:
    """A number that a run comes to; `measure(history, at)`, with `at` only if `needs` says what.

    `infinite` is what infinity means to a reader, `on` the kind of problem that it makes sense on.
    A `slow` one is measured only where asked for.
    """

    name: str
    text: str
    measure: Callable[[History, float], float]
    needs: str = ""
    percent: bool = False
    infinite: str = "diverged"
    slow: bool = False
    on: Literal["any", "network", "surface"] = "any"

    def fits(self, problem: Problem | SurfaceProblem) -> bool:
        kind = "surface" if isinstance(problem, SurfaceProblem) else "network"
        return self.on in ("any", kind)


def _last(quantity: str, worst: float) -> Callable[[History, float], float]:
    return lambda h, at: worst if h.diverged_at or not h.epochs else float(h[quantity][-1])


def _first(reached: Callable[[History, float], np.ndarray]) -> Callable[[History, float], float]:
    def measure(history: History, at: float) -> float:
        epochs = np.flatnonzero(reached(history, at))
        return inf if history.diverged_at or not epochs.size else float(epochs[0] + 1)

    return measure


def _best(quantity: str, best: Callable[..., float], worst: float) -> Callable[..., float]:
    return lambda h, at: worst if h.diverged_at or not h.epochs else float(best(h[quantity]))


def _norm_ratio(history: History, at: float) -> float:
    if history.diverged_at:
        return inf
    start = norm(history.weights[0])
    return norm(history.weights[-1]) / start if start else nan


def _clipped(history: History, at: float) -> float:
    if history.diverged_at:
        return inf
    return float(np.mean(history["clipped"])) if history.config.clip and history.epochs else 0.0


def _outcome(name: str) -> Callable[[History, float], float]:
    return lambda h, at: float(h.outcome == name)


def _ratio(of: str) -> Callable[[History, float], float]:
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


def _descent(measure: Callable[[History, float], float]) -> Callable[[History, float], float]:
    """A measure of a run on a surface; NaN for one of a network."""

    def measured(history: History, at: float) -> float:
        if not history.config.on_surface:
            return nan
        return inf if history.diverged_at else measure(history, at)

    return measured


_of_network, _of_surface = partial(Metric, on="network"), partial(Metric, on="surface")
_ALL = (
    Metric("final_loss", "loss of the last epoch", _last("loss", inf)),
    Metric("best_loss", "lowest loss of any epoch", _best("loss", np.min, inf)),
    _of_network(
        "final_accuracy", "accuracy of the last epoch", _last("accuracy", -inf), percent=True
    ),
    _of_network(
        "best_accuracy", "highest accuracy of any epoch", _best("accuracy", np.max, -inf),
        percent=True,
    ),
    _of_network("final_test_loss", "loss on the held-out samples", _last("test_loss", inf)),
    _of_network(
        "final_test_accuracy", "accuracy on the held-out samples", _last("test_accuracy", -inf),
        percent=True,
    ),
    _of_network(
        "epochs_to_accuracy", "first epoch whose accuracy is at least this",
        _first(lambda h, at: h["accuracy"] >= at), "a fraction", infinite="never",
    ),
    _of_network(
        "epochs_to_loss", "first epoch whose loss is at most this",
        _first(lambda h, at: h["loss"] <= at), "a loss", infinite="never",
    ),
    Metric("weight_norm", "‖w‖ at the end", _last("weight_norm", inf)),
    Metric("weight_norm_ratio", "‖w‖ at the end over ‖w‖ at the start", _norm_ratio),
    Metric("clipped_fraction", "part of the steps that were clipped", _clipped, percent=True),
    Metric("trained", "1 if the run trained, else 0", _outcome("trained")),
    Metric("collapsed", "1 if the run collapsed, else 0", _outcome("collapsed")),
    Metric("diverged", "1 if the run diverged, else 0", _outcome("diverged")),
    Metric("step_size", "‖Δw‖ of this step", _step_size, "a step"),
    Metric(
        "step_ratio", "longest over shortest parameter step at this step", _ratio("steps"), "a step"
    ),
    Metric(
        "rate_ratio", "fastest over slowest parameter rate at this step", _ratio("rates"), "a step"
    ),
    Metric(
        "uncorrected_ratio", "this step's length without bias correction over that with it",
        lambda h, at: uncorrected_ratio(h, int(at)), "a step",
    ),
    _of_surface(
        "distance", "how far from the nearest lowest point at the end",
        _descent(lambda h, at: float(distances(h)[-1])),
    ),
    _of_surface(
        "final_x", "the first coordinate at the end", _descent(lambda h, at: float(h.current[0]))
    ),
    _of_surface(
        "steps_to_loss", "steps until the value is at most this",
        _descent(lambda h, at: steps_until(values(h), at)), "a loss", infinite="never",
    ),
    _of_surface(
        "steps_to_distance", "steps until it is this near to a lowest point",
        _descent(lambda h, at: steps_until(distances(h), at)), "a distance", infinite="never",
    ),
    _of_surface(
        "convergence_factor", "by which factor a step shortens the distance, near the end",
        _descent(lambda h, at: convergence_factor(h)),
    ),
    _of_network("sharpness", "top eigenvalue of the Hessian at the end", last_sharpness, slow=True),
    _of_network(
        "sharpness_at_loss", "top eigenvalue after the first epoch whose loss is at most this",
        sharpness_at_loss, "a loss", slow=True,
    ),
    _of_network(
        "stability_ratio", "sharpness over what the optimizer can stand, late in the run",
        stability_ratio, slow=True,
    ),
)  # fmt: skip
METRICS = {metric.name: metric for metric in _ALL}
