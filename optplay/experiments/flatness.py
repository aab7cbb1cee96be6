"""How flat the loss is where a run leads, as numbers for claims."""

from math import exp, inf, log, nan

import numpy as np

from optplay.analysis.curvature import even_epochs, sharpness
from optplay.problems.forward import mean_losses
from optplay.training import History


def last_sharpness(history: History, at: float = 0.0) -> float:
    """The top eigenvalue of the Hessian after the last epoch."""
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
    losses = mean_losses(history.config.network, history.weights)
    below = np.flatnonzero(losses <= at)
    if not below.size:
        return nan
    after = int(below[0])
    found = sharpness(history, [max(after - 1, 0), after]).sharpness
    if after == 0 or found.min() <= 0:
        return float(found[-1])
    share = log(losses[after - 1] / at) / log(losses[after - 1] / losses[after])
    return float(exp((1 - share) * log(found[0]) + share * log(found[1])))


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
