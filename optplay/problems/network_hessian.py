"""The network's exact Hessian, written for the compiler as `network` is.

With z the output, sᵤ the input of neuron u, aᵤ = φ(sᵤ) and ℓ the loss, the Hessian of one sample is

    ℓ″·∇z∇zᵀ + ℓ′·(Σᵤ ∂z/∂aᵤ·φ″(sᵤ)·∇sᵤ∇sᵤᵀ + Σ over weights w from i to o of
                   ∂z/∂sₒ·(e_w ∇aᵢᵀ + ∇aᵢ e_wᵀ))

with e_w the unit vector of that weight: the Gauss-Newton term, what the activations bend, and what
a weight does to the activation it multiplies (Bishop 1992, Exact calculation of the Hessian matrix
for the multilayer perceptron). The gradients ∇sᵤ are carried forward.

At relu's kink, where there is no second derivative, φ″ is 0, as it is everywhere else.
"""

from math import exp, tanh

# Caches on disk have these values in: they may be added to, but never changed.
from optplay.problems.network import (
    BCE,
    HALF_MSE,
    LAYOUT_SIZES,
    RELU,
    SIGMOID,
    TANH,
    Floats,
    Ints,
)


def mean_hessian(
    w: Floats,
    h: Floats,
    inputs: Floats,
    labels: Floats,
    rows: Ints,
    layout: Ints,
    scratch: Floats,
    tangents: Floats,
) -> None:
    """The Hessian of the mean loss over the samples `rows`, written into `h`.

    Args:
        w: (n,) parameters, in the order of `draw_weights`.
        h: (n, n) receives the Hessian.
        inputs: (samples, 2) points; labels: (samples,) 0 or 1.
        layout: see `Problem.layout`.
        scratch: (4, neurons) room for each neuron's a, φ′, φ″ and ℓ′·∂z/∂s.
        tangents: (neurons, n) room for each neuron's ∇s.
    """
    activation, loss_kind, depth = layout[0], layout[1], layout[2]
    a, first, second, error = scratch[0], scratch[1], scratch[2], scratch[3]
    for r in range(w.size):
        for q in range(w.size):
            h[r, q] = 0.0
    for u in range(tangents.shape[0]):
        for q in range(w.size):
            tangents[u, q] = 0.0
    share = 1.0 / rows.size
    for k in range(rows.size):
        x0, x1, y = inputs[rows[k], 0], inputs[rows[k], 1], labels[rows[k]]

        # Forward. `p` is where a layer's weights begin, `here` where its neurons do, and `below`
        # where those that it reads do.
        p, below, here = 0, 0, 0
        for layer in range(depth + 1):
            fan_in = 2 if layer == 0 else layout[LAYOUT_SIZES + layer - 1]
            fan_out = layout[LAYOUT_SIZES + layer]
            for o in range(fan_out):
                u, row, bias = here + o, p + o * fan_in, p + fan_out * fan_in + o
                t = tangents[u]
                t[bias] = 1.0
                if layer == 0:
                    s = w[bias] + w[row] * x0 + w[row + 1] * x1
                    t[row], t[row + 1] = x0, x1
                else:
                    s = w[bias]
                    for q in range(p):
                        t[q] = 0.0
                    for i in range(fan_in):
                        s += w[row + i] * a[below + i]
                        t[row + i] = a[below + i]
                        slope = w[row + i] * first[below + i]
                        if slope != 0.0:
                            for q in range(p):
                                t[q] += slope * tangents[below + i, q]
                a[u], first[u], second[u] = s, 1.0, 0.0
                if layer < depth:
                    if activation == RELU:
                        a[u] = 0.0 if s < 0.0 else s
                        first[u] = 1.0 if s > 0.0 else 0.0
                    elif activation == TANH:
                        a[u] = tanh(s)
                        first[u] = 1.0 - a[u] * a[u]
                        second[u] = -2.0 * a[u] * first[u]
                    elif activation == SIGMOID:
                        a[u] = 0.5 * (1.0 + tanh(0.5 * s))
                        first[u] = a[u] * (1.0 - a[u])
                        second[u] = first[u] * (1.0 - 2.0 * a[u])
            p += fan_out * (fan_in + 1)
            below, here = here, here + fan_out

        # The derivatives of the loss by the output z.
        z = a[below]
        if loss_kind == BCE:
            e = exp(-abs(z))
            sigmoid = 1.0 / (1.0 + e)
            error[below] = ((sigmoid if z > 0.0 else e * sigmoid) - y) * share
            bend = e * sigmoid * sigmoid * share
        elif loss_kind == HALF_MSE:
            error[below] = (z - (2.0 * y - 1.0)) * share
            bend = share
        else:
            error[below] = 2.0 * (z - y) * share
            bend = 2.0 * share
        _add_outer(h, tangents[below], w.size, bend)

        # Backward, layer by layer. Only the lower triangle is filled: a weight comes after all
        # that the activation it multiplies depends on.
        here = below
        for layer in range(depth, 0, -1):
            fan_in, fan_out = layout[LAYOUT_SIZES + layer - 1], layout[LAYOUT_SIZES + layer]
            p -= fan_out * (fan_in + 1)
            there, here = here, here - fan_in
            for i in range(fan_in):
                u = here + i
                by_activation = 0.0
                for o in range(fan_out):
                    row = p + o * fan_in + i
                    by_activation += error[there + o] * w[row]
                    cross = error[there + o] * first[u]
                    if cross != 0.0:
                        for q in range(p):
                            h[row, q] += cross * tangents[u, q]
                error[u] = by_activation * first[u]
                _add_outer(h, tangents[u], p, by_activation * second[u])
    for r in range(w.size):
        for q in range(r):
            h[q, r] = h[r, q]


def _add_outer(h: Floats, t: Floats, size: int, factor: float) -> None:
    """Adds factor·t·tᵀ to the lower triangle of the first `size` rows of `h`."""
    if factor != 0.0:
        for r in range(size):
            scaled = factor * t[r]
            if scaled != 0.0:
                for q in range(r + 1):
                    h[r, q] += scaled * t[q]
