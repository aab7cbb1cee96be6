"""The network and its gradient, written for the compiler: plain loops over flat arrays.

`mean_gradient` is pure Python too, so that it can be read, stepped through and tested as it is.
"""

import numpy as np

from optplay.arithmetic.lanes import LANES, apart, eight, folded, put_apart, put_eight
from optplay.arithmetic.primitives import where
from optplay.arrays import FixedMatrix, FixedVector, Floats, IntVector, Matrix, Number, Rows, Vector
from optplay.problems.dispatch import Function, by_number
from optplay.problems.functions import Activation, Loss
from optplay.problems.problem import ACTIVATIONS, LOSSES, Problem

LAYOUT_SIZES = 3
# Where the parameters of eight neurons begin: weights, biases, then those of the output.
B1, W2, B2 = 2 * LANES, 3 * LANES, 4 * LANES
# What is kept of eight samples, one after the other.
OUTPUTS, LABELS, COSTS, ERRORS, HITS = (LANES * part for part in range(5))
LESSON_LAYOUT = Problem().layout.tolist()
LESSON_ACTIVATION, LESSON_LOSS, LESSON_DEPTH, LESSON_WIDTH = LESSON_LAYOUT[:4]


def _activating(activation: Activation) -> Function:
    value, reads_input = activation.value, activation.reads_input

    def activate_all(a: Vector, taken: Vector, first: int, last: int) -> None:
        """Makes of what some neurons take in what they give, in place; `taken` keeps the former."""
        for i in range(first, last):
            s = a[i]
            if reads_input:
                taken[i] = s
            a[i] = value(s)

    return activate_all


def _going_back(activation: Activation) -> Function:
    back, reads_input = activation.back, activation.reads_input

    def go_back_all(error: Vector, a: Vector, taken: Vector, first: int, last: int) -> None:
        """Makes of the errors of what some neurons give those of what they take in, in place."""
        for i in range(first, last):
            error[i] = back(error[i], taken[i] if reads_input else 0.0, a[i])

    return go_back_all


def _judging(loss: Loss) -> Function:
    value, back, middle = loss.value, loss.back, loss.middle

    def judge_one(z: float, y: float, share: float) -> tuple[float, float, float]:
        """The loss of an output, `share` of its derivative, and 1.0 if it is right, else 0.0."""
        answer = where(z > middle, 1.0, 0.0)
        return value(z, y), back(share, z, y), where(y > 0.5, answer, 1.0 - answer)

    return judge_one


activate = by_number([_activating(a) for a in ACTIVATIONS.values()])
go_back = by_number([_going_back(a) for a in ACTIVATIONS.values()])
_value = by_number([a.value for a in ACTIVATIONS.values()])
_back = by_number([a.back for a in ACTIVATIONS.values()])
judge = by_number([_judging(loss) for loss in LOSSES.values()])


def scratch_of(problem: Problem, *lanes: int) -> Floats:
    """(3, neurons or more, *lanes) room for what each neuron gives, its error and what it takes
    in, or for what is kept of eight samples.
    """
    return np.zeros((3, max(sum(problem.sizes), LANES * LANES), *lanes))


def mean_gradient(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows, first: int,
    last: int, layout: IntVector, scratch: Matrix,
) -> tuple[Number, Number]:  # fmt: skip
    """The gradient of the mean loss over the samples rows[first:last], written into `g`.

    Args:
        w: (n,) parameters, in the order of `draw_weights`.
        g: (n,) receives the gradient.
        inputs: (samples, 2) points; labels: (samples,) 0 or 1.
        layout: see `Problem.layout`.
        scratch: see `scratch_of`.

    Returns:
        The sum of the losses, and how many samples were classified rightly.
    """
    activation, loss_kind, depth, width = layout[0], layout[1], layout[2], layout[LAYOUT_SIZES]
    if depth == LESSON_DEPTH and width == LANES:
        return _eight_neurons(
            w, g, inputs, labels, rows, first, last, scratch, activation, loss_kind
        )
    return _backpropagate(
        w, g, inputs, labels, rows, first, last, layout, scratch,
        depth, width, activation, loss_kind,
    )  # fmt: skip


def lesson_gradient(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows, first: int,
    last: int, layout: IntVector, scratch: Matrix,
) -> tuple[Number, Number]:  # fmt: skip
    """As `mean_gradient`, of the lesson's network alone: with constants in place of its layout,
    nothing is left of the choice between functions.
    """
    return _eight_neurons(
        w, g, inputs, labels, rows, first, last, scratch, LESSON_ACTIVATION, LESSON_LOSS
    )


def mean_gradients(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows, first: int,
    last: int, layout: IntVector, scratch: Matrix,
) -> tuple[Number, Number]:  # fmt: skip
    """As `mean_gradient`, to the same bits, where each number is one of each of eight runs."""
    activation, loss_kind, depth, width = layout[0], layout[1], layout[2], layout[LAYOUT_SIZES]
    return _backpropagate(
        w, g, inputs, labels, rows, first, last, layout, scratch,
        depth, width, activation, loss_kind,
    )  # fmt: skip


def lesson_gradients(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows, first: int,
    last: int, layout: IntVector, scratch: Matrix,
) -> tuple[Number, Number]:  # fmt: skip
    """As `lesson_gradient`, of eight runs; the compiler unrolls it."""
    return _backpropagate(
        w, g, inputs, labels, rows, first, last, layout, scratch,
        LESSON_DEPTH, LESSON_WIDTH, LESSON_ACTIVATION, LESSON_LOSS,
    )  # fmt: skip


def _eight_neurons(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows, first: int,
    last: int, scratch: Matrix, activation: int, loss_kind: int,
) -> tuple[float, float]:  # fmt: skip
    """One hidden layer of eight neurons, as the lesson's: they are lanes."""
    across, up = apart(w, 0)
    biases, weights, bias = eight(w, B1), eight(w, W2), w[B2]
    share = 1.0 / (last - first)
    if last - first == 1:
        x0, x1, y = inputs[rows[first], 0], inputs[rows[first], 1], labels[rows[first]]
        s = biases + across * x0 + up * x1
        a = _value(activation, s)
        loss, error, hit = judge(loss_kind, bias + folded(weights * a), y, share)
        back = _back(activation, error * weights, s, a)
        put_apart(g, 0, back * x0, back * x1)
        put_eight(g, B1, back)
        put_eight(g, W2, error * a)
        g[B2] = error
        return loss, hit

    # What comes after the output is computed for eight samples at a time.
    taken, given, after = scratch[0], scratch[1], scratch[2]
    # Of all zeros this one changes no sign of what is added to it.
    zero = -0.0 * abs(biases)
    g_across, g_up, g_biases, g_weights, g_bias = zero, zero, zero, zero, -0.0
    loss = hits = 0.0
    for begin in range(first, last, LANES):
        count = min(LANES, last - begin)
        for k in range(count):
            row = rows[begin + k]
            s = biases + across * inputs[row, 0] + up * inputs[row, 1]
            a = _value(activation, s)
            put_eight(taken, LANES * k, s)
            put_eight(given, LANES * k, a)
            after[OUTPUTS + k], after[LABELS + k] = bias + folded(weights * a), labels[row]
        own, errors, right = judge(loss_kind, eight(after, OUTPUTS), eight(after, LABELS), share)
        put_eight(after, COSTS, own)
        put_eight(after, ERRORS, errors)
        put_eight(after, HITS, right)
        for k in range(count):
            row, error = rows[begin + k], after[ERRORS + k]
            s, a = eight(taken, LANES * k), eight(given, LANES * k)
            back = _back(activation, error * weights, s, a)
            loss += after[COSTS + k]
            hits += after[HITS + k]
            # Not in place: of arrays, all begin as the same one.
            g_across = g_across + back * inputs[row, 0]
            g_up = g_up + back * inputs[row, 1]
            g_biases = g_biases + back
            g_weights = g_weights + error * a
            g_bias += error
    put_apart(g, 0, g_across, g_up)
    put_eight(g, B1, g_biases)
    put_eight(g, W2, g_weights)
    g[B2] = g_bias
    return loss, hits


def _backpropagate(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows, first: int,
    last: int, layout: IntVector, scratch: Matrix, depth: int, width: int, activation: int,
    loss_kind: int,
) -> tuple[Number, Number]:  # fmt: skip
    a, error, taken = scratch[0], scratch[1], scratch[2]
    loss = hits = 0.0
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
            activate(activation, a, taken, here, there)
            for o in range(fan_out):
                taken_in = _dot(w, p + o * fan_in, a, here, fan_in)
                a[there + o] = w[p + fan_out * fan_in + o] + taken_in
            p += fan_out * (fan_in + 1)
            here = there

        # The loss and its derivative by the output z.
        z = a[here]
        own, error[here], hit = judge(loss_kind, z, y, share)
        loss += own
        hits += hit

        # Backward, layer by layer. The first sample's gradient is written, not added.
        for layer in range(depth - 1, -1, -1):
            fan_in = width if layer == 0 else layout[LAYOUT_SIZES + layer]
            fan_out = 1 if layer == depth - 1 else layout[LAYOUT_SIZES + layer + 1]
            p -= fan_out * (fan_in + 1)
            there, here = here, here - fan_in
            for o in range(fan_out):
                err = error[there + o]
                _scaled(error, here, err, w, p + o * fan_in, fan_in, o == 0)
                _scaled(g, p + o * fan_in, err, a, here, fan_in, k == first)
            _scaled(g, p + fan_out * fan_in, 1.0, error, there, fan_out, k == first)
            go_back(activation, error, a, taken, here, there)
        _scaled(g, 2 * width, 1.0, error, 0, width, k == first)
        for o in range(width):
            if k == first:
                g[2 * o], g[2 * o + 1] = error[o] * x0, error[o] * x1
            else:
                g[2 * o] += error[o] * x0
                g[2 * o + 1] += error[o] * x1
    return loss, hits


def _scaled(
    out: Vector, begin: int, factor: float, a: Vector, first: int, count: int, written: bool
) -> None:
    """Writes, or adds, a factor of some numbers of `a` to as many of `out`."""
    if written:
        for i in range(count):
            out[begin + i] = factor * a[first + i]
    else:
        for i in range(count):
            out[begin + i] += factor * a[first + i]


def _dot(a: Vector, i: int, b: Vector, j: int, count: int) -> float:
    """Σ aᵢ₊ₖ·bⱼ₊ₖ in four sums, since each addition waits for the one before."""
    s0 = s1 = s2 = s3 = 0.0
    for k in range(0, count - 3, 4):
        s0 += a[i + k] * b[j + k]
        s1 += a[i + k + 1] * b[j + k + 1]
        s2 += a[i + k + 2] * b[j + k + 2]
        s3 += a[i + k + 3] * b[j + k + 3]
    for k in range(count - count % 4, count):
        s0 += a[i + k] * b[j + k]
    return (s0 + s2) + (s1 + s3)
