"""The losses of a network with many weights, compiled."""

import numpy as np

from optplay.arithmetic.lanes import LANES
from optplay.arrays import Floats
from optplay.problems import Problem
from optplay.problems.network_losses import losses_scratch, sample_losses
from optplay.training.compilation import _compiled

NUMBERS_AT_ONCE = 1 << 16


def mean_losses(problem: Problem, weights: Floats) -> Floats:
    """The mean loss (k,) over the training samples, for each row of weights (k, n)."""
    samples = problem.draw()
    count = samples.train.size
    rows = np.resize(samples.train, -(-count // LANES) * LANES)
    points, labels = np.ascontiguousarray(samples.inputs[rows].T), samples.labels[rows]
    compute, layout, scratch = _compiled(sample_losses), problem.layout, losses_scratch(problem)
    means = np.empty(len(weights))
    at_once = max(1, NUMBERS_AT_ONCE // len(rows))
    found = np.empty((at_once, len(rows)))
    for first in range(0, len(weights), at_once):
        some = np.ascontiguousarray(weights[first : first + at_once])
        compute(some, points, labels, layout, scratch, found)
        with np.errstate(over="ignore", invalid="ignore"):  # of a run that diverges
            means[first : first + at_once] = found[: len(some), :count].mean(axis=-1)
    return means
