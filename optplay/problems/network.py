"""The network and its gradient, written for the compiler: plain loops over flat arrays.

`mean_gradient` is pure Python too, so that it can be read, stepped through and tested as it is.
"""

from math import exp, log1p, tanh

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RELU, TANH, SIGMOID = 0, 1, 2
BCE, MSE, HALF_MSE = 0, 1, 2
LAYOUT_SIZES = 3
LESSON_WIDTH = 8


def mean_gradient(
    w: Floats,
    g: Floats,
    inputs: Floats,
    labels: Floats,
    rows: Ints,
    first: int,
    last: int,
    layout: Ints,
    scratch: Floats,
) -> tuple[float, float]:
    """The gradient of the mean loss over the samples rows[first:last], written into `g`.

    Args:
        w: (n,) parameters, in the order of `draw_weights`.
        g: (n,) receives the gradient.
        inputs: (samples, 2) points; labels: (samples,) 0 or 1.
        layout: see `Problem.layout`.
        scratch: (2, neurons) room for each neuron's activation and error.

    Returns:
        The sum of the losses, and how many samples were classified rightly.
    """
    activation, loss_kind, depth, width = layout[0], layout[1], layout[2], layout[LAYOUT_SIZES]
    if depth == 1 and width == LESSON_WIDTH and activation == RELU and loss_kind == BCE:
        # The same code with constants: the compiler unrolls the lesson's network, which halves
        # its time.
        return _backpropagate(
            w, g, inputs, labels, rows, first, last, layout, scratch, 1, LESSON_WIDTH, RELU, BCE
        )
    return _backpropagate(
        w,
        g,
        inputs,
        labels,
        rows,
        first,
        last,
        layout,
        scratch,
        depth,
        width,
        activation,
        loss_kind,
    )


def _backpropagate(
    w: Floats,
    g: Floats,
    inputs: Floats,
    labels: Floats,
    rows: Ints,
    first: int,
    last: int,
    layout: Ints,
    scratch: Floats,
    depth: int,
    width: int,
    activation: int,
    loss_kind: int,
) -> tuple[float, float]:
    a, error = scratch[0], scratch[1]
    for i in range(g.size):
        g[i] = 0.0
    loss, hits = 0.0, 0.0
    share = 1.0 / (last - first)
    for k in range(first, last):
        x0, x1, y = inputs[rows[k], 0], inputs[rows[k], 1], labels[rows[k]]

        # Forward. The first layer reads the two coordinates; `p` is where a layer's weights begin,
        # `here` where its inputs' activations do.
        for o in range(width):
            a[o] = w[2 * width + o] + w[2 * o] * x0 + w[2 * o + 1] * x1
        p, here = 3 * width, 0
        for layer in range(depth):
            fan_in = width if layer == 0 else layout[LAYOUT_SIZES + layer]
            fan_out = 1 if layer == depth - 1 else layout[LAYOUT_SIZES + layer + 1]
            there = here + fan_in
            if activation == RELU:
                for i in range(here, there):
                    a[i] = 0.0 if a[i] < 0.0 else a[i]  # NaN stays NaN
            elif activation == TANH:
                for i in range(here, there):
                    a[i] = tanh(a[i])
            elif activation == SIGMOID:
                for i in range(here, there):
                    a[i] = 0.5 * (1.0 + tanh(0.5 * a[i]))
            for o in range(fan_out):
                z = w[p + fan_out * fan_in + o]
                for i in range(fan_in):
                    z += w[p + o * fan_in + i] * a[here + i]
                a[there + o] = z
            p += fan_out * (fan_in + 1)
            here = there

        # The loss and its derivative by the output z.
        z = a[here]
        if loss_kind == BCE:
            e = exp(-abs(z))
            loss += (z if z > 0.0 else 0.0) - z * y + log1p(e)
            sigmoid = 1.0 / (1.0 + e)
            error[here] = ((sigmoid if z > 0.0 else e * sigmoid) - y) * share
            hits += 1.0 if (z > 0.0) == (y > 0.5) else 0.0
        elif loss_kind == HALF_MSE:
            miss = z - (2.0 * y - 1.0)
            loss += 0.5 * miss * miss
            error[here] = miss * share
            hits += 1.0 if (z > 0.0) == (y > 0.5) else 0.0
        else:
            loss += (z - y) * (z - y)
            error[here] = 2.0 * (z - y) * share
            hits += 1.0 if (z > 0.5) == (y > 0.5) else 0.0

        # Backward, layer by layer.
        for layer in range(depth - 1, -1, -1):
            fan_in = width if layer == 0 else layout[LAYOUT_SIZES + layer]
            fan_out = 1 if layer == depth - 1 else layout[LAYOUT_SIZES + layer + 1]
            p -= fan_out * (fan_in + 1)
            there, here = here, here - fan_in
            for i in range(here, there):
                error[i] = 0.0
            for o in range(fan_out):
                err = error[there + o]
                for i in range(fan_in):
                    error[here + i] += err * w[p + o * fan_in + i]
                for i in range(fan_in):
                    g[p + o * fan_in + i] += err * a[here + i]
                g[p + fan_out * fan_in + o] += err
            if activation == RELU:
                for i in range(here, there):
                    error[i] = error[i] if a[i] > 0.0 else 0.0
            elif activation == TANH:
                for i in range(here, there):
                    error[i] *= 1.0 - a[i] * a[i]
            elif activation == SIGMOID:
                for i in range(here, there):
                    error[i] *= a[i] * (1.0 - a[i])
        for o in range(width):
            g[2 * width + o] += error[o]
        for o in range(width):
            g[2 * o] += error[o] * x0
            g[2 * o + 1] += error[o] * x1
    return loss, hits
