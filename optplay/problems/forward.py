"""The network's output, for many points and many weights at once."""

from itertools import pairwise
from typing import Any

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
    a = inputs.T
    sizes, at = problem.sizes, 0
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        end = at + fan_in * fan_out
        matrix = weights[..., at:end].reshape(*weights.shape[:-1], fan_out, fan_in)
        a = _weighted(matrix, a) + weights[..., end : end + fan_out, None]
        at = end + fan_out
        if layer < len(sizes) - 2:
            # What takes numbers takes arrays of them.
            activate: Any = ACTIVATIONS[problem.activation].value
            a = activate(a)
    z: Floats = a[..., 0, :]
    return z


def _weighted(matrix: Floats, a: Floats) -> Floats:
    """Σᵢ wₒᵢ·aᵢ (…, o, m) from matrices (…, o, i) and values (…, i, m), one i after the other.

    Not by `@`: a BLAS adds in another order on other processors.
    """
    *_, fan_out, fan_in = matrix.shape
    if fan_out < fan_in:
        rows = [(matrix[..., o, :, None] * a).sum(axis=-2) for o in range(fan_out)]
        return np.stack(rows, axis=-2)
    total: Floats = matrix[..., :, 0, None] * a[..., None, 0, :]
    term = np.empty_like(total)
    for i in range(1, fan_in):
        np.multiply(matrix[..., :, i, None], a[..., None, i, :], out=term)
        total += term
    return total


def scores(problem: Problem, weights: Floats, inputs: Floats) -> Floats:
    """How sure the network is of label 1, in [0, 1]; it answers 1 where that is above ½.

    The probability σ(z) for `bce`; for a squared error the output on the scale of its targets.
    Arguments and shape as for `outputs`.
    """
    found: Floats = LOSSES[problem.loss].score(outputs(problem, weights, inputs))
    return found
