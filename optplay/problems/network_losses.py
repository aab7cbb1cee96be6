"""The losses of a network with many weights, written for the compiler: eight samples at a time."""

import numpy as np

from optplay.arithmetic.lanes import LANES, eight, put_eight
from optplay.arrays import FixedMatrix, FixedVector, Floats, IntVector, Matrix
from optplay.problems.dispatch import by_number
from optplay.problems.network import LAYOUT_SIZES
from optplay.problems.problem import ACTIVATIONS, INPUTS, LOSSES, Problem

_activate = by_number([a.value for a in ACTIVATIONS.values()])
_loss = by_number([loss.value for loss in LOSSES.values()])


def losses_scratch(problem: Problem) -> Floats:
    """(2, neurons of the widest layer × LANES) room for what a layer and the next one give."""
    return np.empty((2, max(problem.sizes) * LANES))


def sample_losses(
    weights: FixedMatrix, points: FixedMatrix, labels: FixedVector, layout: IntVector,
    scratch: Matrix, found: Matrix,
) -> None:  # fmt: skip
    """The loss of each of some samples, for each of some weights.

    Sums are those of `forward`, in the same order.

    Args:
        weights: (k, n) parameters, in the order of `draw_weights`.
        points: (2, m) coordinates; m is a multiple of LANES. labels: (m,) 0 or 1.
        layout: see `Problem.layout`. scratch: see `losses_scratch`.
        found: (k, m) receives them.
    """
    activation, loss_kind, depth = layout[0], layout[1], layout[2]
    for row in range(weights.shape[0]):
        w, losses = weights[row], found[row]
        for first in range(0, labels.size, LANES):
            # What a layer takes in, and what it gives.
            a, given = scratch[0], scratch[1]
            for i in range(INPUTS):
                put_eight(a, LANES * i, eight(points[i], first))
            p, fan_in = 0, INPUTS
            for layer in range(depth + 1):
                fan_out = layout[LAYOUT_SIZES + layer]
                biases = p + fan_in * fan_out
                for o in range(fan_out):
                    s = w[p] * eight(a, 0)
                    for i in range(1, fan_in):
                        s = s + w[p + i] * eight(a, LANES * i)
                    s = s + w[biases + o]
                    put_eight(given, LANES * o, _activate(activation, s) if layer < depth else s)
                    p += fan_in
                p, fan_in = p + fan_out, fan_out
                a, given = given, a
            put_eight(losses, first, _loss(loss_kind, eight(a, 0), eight(labels, first)))
