"""How sharply the loss bends, against what the optimizer can stand (Cohen et al. 2021, 2022)."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from math import inf, nan
from time import perf_counter
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from optplay.arithmetic import exp, log
from optplay.arrays import Floats
from optplay.counting import counted
from optplay.errors import InputError
from optplay.experiments.steps import rates_after
from optplay.problems import Problem, SurfaceProblem
from optplay.training import History
from optplay.training.adapters import DIFFERENCE, hessian_room
from optplay.training.compilation import compiled_bend
from optplay.training.eigen import top_eigenvalue
from optplay.training.losses import mean_losses
from optplay.training.made import of_state, rates_of
from optplay.training.trainer import CHUNK_SECONDS

MOST_PARAMETERS = 2000
# Samples × parameters²: about a second of one Hessian.
MOST_PRODUCTS = 1e10
MOST_EPOCHS = 300


def hessian(problem: Problem | SurfaceProblem, weights: Floats) -> Floats:
    """The exact Hessian (n, n) of the mean loss over all training samples at the weights (n,).

    At relu's kink, where there is none, it takes the second derivative to be 0 as everywhere else.
    On a surface it is made of central differences of the gradient.

    Raises:
        InputError: more parameters than a matrix of them can be handled for.
    """
    if isinstance(problem, SurfaceProblem):
        return difference_hessian(problem.slope, weights)
    n = problem.parameter_count
    if n > MOST_PARAMETERS:
        raise InputError(
            f"curvature: found a network of {n:,} parameters, allowed: up to {MOST_PARAMETERS:,}"
        )
    if problem.train_count * n * n > MOST_PRODUCTS:
        raise InputError(
            f"curvature: found {counted(problem.train_count, 'sample')} and "
            f"{counted(n, 'parameter')}, allowed: "
            f"{counted(int(MOST_PRODUCTS / n / n), 'sample')} with so many"
        )
    samples, result = problem.draw(), np.empty((n, n))
    compiled_bend(problem)(
        np.array(weights, dtype=np.float64), result, samples.inputs, samples.labels, samples.train,
        0, samples.train.size, problem.layout, *hessian_room(problem),
    )  # fmt: skip
    return result


def difference_hessian(gradient: Callable[[Floats], Floats], weights: Floats) -> Floats:
    """The Hessian (n, n) of anything at the weights (n,), by central differences.

    Args:
        gradient: takes weights (n,) and gives the gradient (n,) there, as a new array.
    """
    result = np.empty((weights.size, weights.size))
    for i, at in enumerate(weights):
        up, down = weights.copy(), weights.copy()
        up[i] += DIFFERENCE * max(1.0, abs(at))
        down[i] -= DIFFERENCE * max(1.0, abs(at))
        result[i] = (gradient(up) - gradient(down)) / (up[i] - down[i])
    symmetric: Floats = (result + result.T) / 2
    return symmetric


@dataclass(frozen=True, eq=False)
class Curvature:
    """The top eigenvalue of the Hessian over a run, at k of its epochs.

    Coupled L2 counts as part of the loss: it adds λ₂ to every eigenvalue. Decoupled decay does not.

    Attributes:
        epochs: (k,) after which epochs; 0 is the start.
        sharpness: (k,) the top eigenvalue of the Hessian H of the mean loss over all training
            samples, whatever the batch, at the weights that are evaluated; NaN where H is not
            finite.
        preconditioned: (k,) that of D^{-½}HD^{-½}, with D = lr/rates where the optimizer has a rate
            per parameter, as it had at the last step of that epoch; else `sharpness`; NaN where it
            has `no_rates`.
        threshold: (k,) above which the optimizer is unstable on a quadratic, for the learning rate
            of that step. NaN if its declaration has none.

    Before the first step there are no rates, and before a fork those of another run: NaN.
    """

    epochs: NDArray[np.int64]
    sharpness: Floats
    preconditioned: Floats
    threshold: Floats

    def until(self, epoch: int) -> "Curvature":
        """What of it is known up to an epoch."""
        k = int(np.searchsorted(self.epochs, epoch, side="right"))
        return Curvature(
            self.epochs[:k], self.sharpness[:k], self.preconditioned[:k], self.threshold[:k]
        )

    @property
    def ratio(self) -> Floats:
        """(k,) the preconditioned sharpness over the threshold: unstable above 1."""
        with np.errstate(invalid="ignore"):
            result: Floats = self.preconditioned / self.threshold
        return result


# Tables, pictures and claims ask for the same epochs, and each takes up to a millisecond.
_known: WeakKeyDictionary[History, dict[int, tuple[float, float, float]]] = WeakKeyDictionary()


def even_epochs(history: History, most: int = MOST_EPOCHS) -> NDArray[np.int64]:
    """At most so many epochs of a run, evenly chosen from its start to its last one."""
    last = history.epochs
    return np.unique(np.linspace(0, last, min(most, last + 1)).round().astype(np.int64))


def stream_sharpness(
    history: History, epochs: Sequence[int] | None = None
) -> Generator[Curvature, None, None]:
    """Yields the Curvature so far about every 15 ms; stop iterating to cancel.

    Args:
        history: a run, or what there is of it so far.
        epochs: after which of its epochs, 0 for the start; some 300 even ones if left out.

    Raises:
        InputError: no such epoch, or too many parameters.
    """
    chosen = even_epochs(history) if epochs is None else np.array(epochs, dtype=np.int64)
    if chosen.size and not 0 <= chosen.min() <= chosen.max() <= history.epochs:
        found = chosen[(chosen < 0) | (chosen > history.epochs)][0]
        raise InputError(f"epoch: found {found}, allowed: 0 to {history.epochs}")
    values = np.empty((chosen.size, 3))
    due = perf_counter() + CHUNK_SECONDS
    known = _known.setdefault(history, {})
    for k, epoch in enumerate(chosen.tolist()):
        if epoch not in known:
            known[epoch] = _at(history, epoch)
        values[k] = known[epoch]
        if perf_counter() >= due and k + 1 < chosen.size:
            yield _record(chosen[: k + 1], values[: k + 1])
            due = perf_counter() + CHUNK_SECONDS
    yield _record(chosen, values)


def _record(epochs: NDArray[np.int64], values: Floats) -> Curvature:
    columns = epochs.copy(), *values.T.copy()
    for column in columns:
        column.flags.writeable = False
    return Curvature(*columns)


def _at(history: History, epoch: int) -> tuple[float, float, float]:
    config, rule = history.config, history.config.rule
    step = max(epoch * config.problem.steps_per_epoch, 1)
    h = hessian(config.network, history.evaluated(epoch))
    h[np.diag_indices_from(h)] += config.l2
    plain = top_eigenvalue(h)
    if history.forked_at and epoch <= history.forked_at:
        return plain, nan, nan
    lr = history.learning_rate(step - 1)
    limit = rule.stability(config.hyperparameters) if rule.stability else nan
    threshold = limit / lr if lr else limit * np.inf
    if rule.no_rates:
        return plain, nan, threshold
    # Rates are proportional to lr; a rate of 0 would leave nothing to divide.
    unit = lr or 1.0
    w, state = history.at(epoch)
    # A rule whose first step only looks has none yet then.
    if rates_of(config, of_state(config, w, state, unit, step - history.born + 1)) is None:
        return plain, plain, threshold
    rates = rates_after(history, step, w, state, unit) if epoch else None
    if rates is None:
        return plain, nan, threshold
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scale = np.sqrt(rates / unit)
        return plain, top_eigenvalue(scale[:, np.newaxis] * h * scale), threshold


def sharpness(history: History, epochs: Sequence[int] | None = None) -> Curvature:
    """The Curvature of a run; see `stream_sharpness` for the arguments and errors."""
    *_, last = stream_sharpness(history, epochs)
    return last


def last_sharpness(history: History, at: float = 0.0) -> float:
    if history.diverged_at:
        return inf
    return float(sharpness(history, [history.epochs]).sharpness[0])


def sharpness_at_loss(history: History, at: float) -> float:
    """The top eigenvalue where the run first comes down to a loss of `at`; NaN if it never does.

    The loss is that of the weights at the end of an epoch, on all training samples: the one whose
    Hessian it is. Between the epochs before and after, it is interpolated in the logarithms.
    """
    if history.diverged_at:
        return inf
    parts = history.evaluated_parts()
    losses = np.concatenate([mean_losses(history.config.network, part) for part in parts])
    below = np.flatnonzero(losses <= at)
    if not below.size:
        return nan
    after = int(below[0])
    found = sharpness(history, [max(after - 1, 0), after]).sharpness
    if after == 0 or found.min() <= 0:
        return float(found[-1])
    before, here = losses[after - 1 : after + 1]
    share = log(float(before / at)) / log(float(before / here))
    low, high = found.tolist()
    between: float = exp((1 - share) * log(low) + share * log(high))
    return between


def stability_ratio(history: History, at: float = 0.0) -> float:
    """The median over the last third of the run of sharpness over the stability threshold.

    The sharpness is the preconditioned one where the optimizer has a rate per parameter; NaN if
    the optimizer declares no threshold.
    """
    if history.diverged_at:
        return inf
    epochs = even_epochs(history)
    ratios = sharpness(history, epochs[-max(1, len(epochs) // 3) :].tolist()).ratio
    defined = ratios[np.isfinite(ratios)]
    return float(np.median(defined)) if defined.size else nan
