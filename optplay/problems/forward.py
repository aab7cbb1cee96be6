"""The network's output, for many points and many weights at once."""

from itertools import pairwise

import numpy as np

from optplay.arrays import Floats
from optplay.problems.problem import ACTIVATIONS, LOSSES, Problem

# As many as stay in the processor's cache.
NUMBERS_AT_ONCE = 1 << 16


def outputs(problem: Problem, weights: Floats, inputs: Floats) -> Floats:
    """The output z of the network before any loss: the logit, for `bce`.

    Args:
        weights: (…, n) parameters, in the order of `draw_weights`.
        inputs: (m, 2) points.

    Returns:
        (…, m) an output per point, for each row of weights.
    """
    # In blocks of points: a wide network on many samples would fill the memory.
    rows = max(1, weights.size // problem.parameter_count)
    block = max(1, NUMBERS_AT_ONCE // (rows * max(problem.sizes)))
    with np.errstate(over="ignore", invalid="ignore"):  # of a run that diverges
        parts = [
            _outputs(problem, weights, inputs[i : i + block]) for i in range(0, len(inputs), block)
        ]
    return np.concatenate(parts, axis=-1)


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
            a = ACTIVATIONS[problem.activation].array(a)
    return a[..., 0]


def scores(problem: Problem, weights: Floats, inputs: Floats) -> Floats:
    """How sure the network is of label 1, in [0, 1]; it answers 1 where that is above ½.

    The probability σ(z) for `bce`; for a squared error the output on the scale of its targets.
    Arguments and shape as for `outputs`.
    """
    return LOSSES[problem.loss].score(outputs(problem, weights, inputs))


def mean_losses(problem: Problem, weights: Floats) -> Floats:
    """The mean loss (k,) over the training samples, for each row of weights (k, n)."""
    samples = problem.draw()
    inputs, labels = samples.inputs[samples.train], samples.labels[samples.train]
    at_once = max(1, NUMBERS_AT_ONCE // (len(labels) * max(problem.sizes)))
    parts = [
        _losses(problem.loss, outputs(problem, weights[i : i + at_once], inputs), labels)
        for i in range(0, len(weights), at_once)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _losses(loss: str, z: Floats, labels: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        mean: Floats = LOSSES[loss].array(z, labels).mean(axis=-1)
    return mean
