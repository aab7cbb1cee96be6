"""The gradient of wide networks, a batch at a time: most of it is products of matrices, by BLAS.

From about what size on this is quicker than `network`, sample by sample, is measured by
`tests/benchmarks`; the last bits depend on the machine (`Problem.exact`).
"""

import numpy as np

from optplay.arithmetic.products import add_product
from optplay.arrays import FixedMatrix, FixedVector, Floats, IntVector, Matrix, Rows, Vector
from optplay.problems.network import LAYOUT_SIZES, activate, go_back, judge
from optplay.problems.problem import INPUTS, Problem


def wide_scratch(problem: Problem) -> Floats:
    """(3, samples at once × neurons) room for what each neuron gives, its error, what it takes
    in, for each of the samples.
    """
    return np.zeros((3, problem.samples_at_once * sum(problem.sizes)))


def wide_gradient(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows, first: int,
    last: int, layout: IntVector, scratch: Matrix,
) -> tuple[float, float]:  # fmt: skip
    """As `network.mean_gradient`, in blocks of as many samples as `scratch` has room for.

    Args:
        scratch: see `wide_scratch`.
    """
    neurons = INPUTS
    for layer in range(layout[2] + 1):
        neurons += layout[LAYOUT_SIZES + layer]
    block = scratch.shape[1] // neurons
    for i in range(g.size):
        g[i] = 0.0
    loss = hits = 0.0
    share = 1.0 / (last - first)
    for low in range(first, last, block):
        own, right = _add_block(
            w, g, inputs, labels, rows, low, min(low + block, last), layout, scratch, share
        )
        loss += own
        hits += right
    return loss, hits


def _add_block(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows, first: int,
    last: int, layout: IntVector, scratch: Matrix, share: float,
) -> tuple[float, float]:  # fmt: skip
    """Adds `share` of the gradients of some samples to g; their loss, and how many are right."""
    activation, loss_kind, depth = layout[0], layout[1], layout[2]
    a, error, taken = scratch[0], scratch[1], scratch[2]
    count = last - first
    for k in range(count):
        a[INPUTS * k] = inputs[rows[first + k], 0]
        a[INPUTS * k + 1] = inputs[rows[first + k], 1]

    # Forward. `p` is where a layer's weights begin, `here` where its inputs' activations do.
    p, here, fan_in = 0, 0, INPUTS
    for layer in range(depth + 1):
        fan_out = layout[LAYOUT_SIZES + layer]
        there, bias = here + count * fan_in, p + fan_in * fan_out
        end = there + count * fan_out
        for k in range(count):
            for o in range(fan_out):
                a[there + k * fan_out + o] = w[bias + o]
        add_product(a, there, a, here, w, p, count, fan_out, fan_in, 0, 1)
        if layer < depth:
            activate(activation, a, taken, there, end)
        p, here, fan_in = bias + fan_out, there, fan_out

    loss = hits = 0.0
    for k in range(count):
        own, slope, hit = judge(loss_kind, a[here + k], labels[rows[first + k]], share)
        error[here + k] = slope
        loss += own
        hits += hit

    for layer in range(depth, -1, -1):
        fan_out = layout[LAYOUT_SIZES + layer]
        fan_in = INPUTS if layer == 0 else layout[LAYOUT_SIZES + layer - 1]
        p -= fan_out * (fan_in + 1)
        there, here, bias = here, here - count * fan_in, p + fan_in * fan_out
        add_product(g, p, error, there, a, here, fan_out, fan_in, count, 1, 0)
        for k in range(count):
            for o in range(fan_out):
                g[bias + o] += error[there + k * fan_out + o]
        if layer > 0:
            for i in range(here, there):
                error[i] = 0.0
            add_product(error, here, error, there, w, p, count, fan_in, fan_out, 0, 0)
            go_back(activation, error, a, taken, here, there)
    return loss, hits
