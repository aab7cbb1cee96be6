"""The network's output, for many points and many weights at once."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optplay.problems.problem import Problem

Floats = NDArray[np.float64]


def outputs(problem: Problem, weights: Floats, inputs: Floats) -> Floats:
    """The output z of the network before any loss: the logit, for `bce`.

    Args:
        weights: (…, n) parameters, in the order of `draw_weights`.
        inputs: (m, 2) points.

    Returns:
        (…, m) an output per point, for each row of weights.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # of a run that diverges
        return _outputs(problem, weights, inputs)


def _outputs(problem: Problem, weights: Floats, inputs: Floats) -> Floats:
    a = inputs
    sizes, at = problem.sizes, 0
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        end = at + fan_in * fan_out
        matrix = weights[..., at:end].reshape(*weights.shape[:-1], fan_out, fan_in)
        biases = weights[..., None, end : end + fan_out]
        a = a @ np.swapaxes(matrix, -1, -2) + biases
        at = end + fan_out
        if layer < len(sizes) - 2:
            a = _activated(a, problem.activation)
    return a[..., 0]


def scores(problem: Problem, weights: Floats, inputs: Floats) -> Floats:
    """How sure the network is of label 1, in [0, 1]; it answers 1 where that is above ½.

    The probability σ(z) for `bce`; for a squared error the output on the scale of its targets.
    Arguments and shape as for `outputs`.
    """
    z = outputs(problem, weights, inputs)
    if problem.loss == "bce":
        score: Floats = 0.5 * (1 + np.tanh(0.5 * z))
        return score
    return np.clip(z, 0, 1)


def _activated(z: Floats, activation: str) -> Floats:
    if activation == "relu":
        return np.maximum(z, 0)
    if activation == "tanh":
        return np.tanh(z)
    return 0.5 * (1 + np.tanh(0.5 * z)) if activation == "sigmoid" else z
