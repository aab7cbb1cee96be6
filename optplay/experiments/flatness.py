"""How flat the loss is where a run leads, as numbers for claims."""

from math import inf, nan

import numpy as np

from optplay.analysis.curvature import even_epochs, sharpness
from optplay.training import History


def last_sharpness(history: History, at: float = 0.0) -> float:
    """The top eigenvalue of the Hessian after the last epoch."""
    if history.diverged_at:
        return inf
    return float(sharpness(history, [history.epochs]).sharpness[0])


def sharpness_at_loss(history: History, at: float) -> float:
    """The top eigenvalue after the first epoch whose loss is at most `at`; NaN if there is none."""
    if history.diverged_at:
        return inf
    epochs = np.flatnonzero(history["loss"] <= at)
    return float(sharpness(history, [int(epochs[0]) + 1]).sharpness[0]) if epochs.size else nan


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
