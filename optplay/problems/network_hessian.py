"""The network's exact Hessian, written for the compiler as `network` is.

With z the output, sᵤ the input of neuron u, aᵤ = φ(sᵤ) and ℓ the loss, the Hessian of one sample is

    ℓ″·∇z∇zᵀ + ℓ′·(Σᵤ ∂z/∂aᵤ·φ″(sᵤ)·∇sᵤ∇sᵤᵀ + Σ over weights w from i to o of
                   ∂z/∂sₒ·(e_w ∇aᵢᵀ + ∇aᵢ e_wᵀ))

with e_w the unit vector of that weight: the Gauss-Newton term, what the activations bend, and what
a weight does to the activation it multiplies (Bishop 1992, Exact calculation of the Hessian matrix
for the multilayer perceptron). The gradients ∇sᵤ are carried forward.

At relu's kink, where there is no second derivative, φ″ is 0, as it is everywhere else.
"""

from optplay.arrays import FixedMatrix, FixedVector, IntVector, Matrix, Rows, Vector
from optplay.problems.dispatch import Function, by_number
from optplay.problems.functions import Activation, Loss
from optplay.problems.network import LAYOUT_SIZES
from optplay.problems.problem import ACTIVATIONS, LOSSES


def _activating(activation: Activation) -> Function:
    value, back, bend = activation.value, activation.back, activation.bend

    def activate(s: float) -> tuple[float, float, float]:
        """a, φ′ and φ″ at the input s."""
        a = value(s)
        return a, back(1.0, s, a), bend(s, a)

    return activate


def _judging(loss: Loss) -> Function:
    back, bend = loss.back, loss.bend

    def judge(z: float, y: float, share: float) -> tuple[float, float]:
        """`share` of the first and of the second derivative of the loss by the output z."""
        return back(share, z, y), bend(z, y) * share

    return judge


_activate = by_number([_activating(a) for a in ACTIVATIONS.values()])
_judge = by_number([_judging(loss) for loss in LOSSES.values()])


def mean_hessian(
    w: Vector, h: Matrix, inputs: FixedMatrix, labels: FixedVector, rows: Rows,
    first: int, last: int, layout: IntVector, scratch: Matrix, tangents: Matrix,
) -> None:  # fmt: skip
    """The Hessian of the mean loss over the samples rows[first:last], written into `h`.

    Args:
        w: (n,) parameters, in the order of `draw_weights`.
        h: (n, n) receives the Hessian.
        inputs: (samples, 2) points; labels: (samples,) 0 or 1.
        layout: see `Problem.layout`.
        scratch: (4, neurons) room for each neuron's a, φ′, φ″ and ℓ′·∂z/∂s.
        tangents: (neurons, n) room for each neuron's ∇s.
    """
    activation, loss_kind, depth = layout[0], layout[1], layout[2]
    a, phi1, phi2, error = scratch[0], scratch[1], scratch[2], scratch[3]
    for r in range(w.size):
        for q in range(w.size):
            h[r, q] = 0.0
    for u in range(tangents.shape[0]):
        for q in range(w.size):
            tangents[u, q] = 0.0
    share = 1.0 / (last - first)
    for k in range(first, last):
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
                        slope = w[row + i] * phi1[below + i]
                        if slope != 0.0:
                            for q in range(p):
                                t[q] += slope * tangents[below + i, q]
                a[u], phi1[u], phi2[u] = s, 1.0, 0.0
                if layer < depth:
                    a[u], phi1[u], phi2[u] = _activate(activation, s)
            p += fan_out * (fan_in + 1)
            below, here = here, here + fan_out

        # The derivatives of the loss by the output z.
        z = a[below]
        error[below], bend = _judge(loss_kind, z, y, share)
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
                    cross = error[there + o] * phi1[u]
                    if cross != 0.0:
                        for q in range(p):
                            h[row, q] += cross * tangents[u, q]
                error[u] = by_activation * phi1[u]
                _add_outer(h, tangents[u], p, by_activation * phi2[u])
    for r in range(w.size):
        for q in range(r):
            h[q, r] = h[r, q]


def _add_outer(h: Matrix, t: Vector, size: int, factor: float) -> None:
    """Adds factor·t·tᵀ to the lower triangle of the first `size` rows of `h`."""
    if factor != 0.0:
        for r in range(size):
            scaled = factor * t[r]
            if scaled != 0.0:
                for q in range(r + 1):
                    h[r, q] += scaled * t[q]
