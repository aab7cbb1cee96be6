"""The network and its gradient, written for the compiler: plain loops over flat arrays.

`mean_gradient` is pure Python too, so that it can be read, stepped through and tested as it is.
"""

from optplay.arrays import FixedMatrix, FixedVector, IntVector, Matrix, Vector
from optplay.problems.dispatch import Function, by_number
from optplay.problems.functions import Activation, Loss
from optplay.problems.problem import ACTIVATIONS, LOSSES, Problem

LAYOUT_SIZES = 3
LESSON_ACTIVATION, LESSON_LOSS, LESSON_DEPTH, LESSON_WIDTH = Problem().layout.tolist()[:4]


def _activating(activation: Activation) -> Function:
    value, reads_input = activation.value, activation.reads_input

    def activate(a: Vector, taken: Vector, first: int, last: int) -> None:
        """Makes of what some neurons take in what they give, in place; `taken` keeps the former."""
        for i in range(first, last):
            s = a[i]
            if reads_input:
                taken[i] = s
            a[i] = value(s)

    return activate


def _going_back(activation: Activation) -> Function:
    back, reads_input = activation.back, activation.reads_input

    def go_back(error: Vector, a: Vector, taken: Vector, first: int, last: int) -> None:
        """Makes of the errors of what some neurons give those of what they take in, in place."""
        for i in range(first, last):
            error[i] = back(error[i], taken[i] if reads_input else 0.0, a[i])

    return go_back


def _judging(loss: Loss) -> Function:
    value, back, middle = loss.value, loss.back, loss.middle

    def judge(z: float, y: float, share: float) -> tuple[float, float, float]:
        """The loss of an output, `share` of its derivative, and 1.0 if it is right, else 0.0."""
        return value(z, y), back(share, z, y), 1.0 if (z > middle) == (y > 0.5) else 0.0

    return judge


_activate = by_number([_activating(a) for a in ACTIVATIONS.values()])
_go_back = by_number([_going_back(a) for a in ACTIVATIONS.values()])
_judge = by_number([_judging(loss) for loss in LOSSES.values()])


def mean_gradient(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: IntVector, first: int,
    last: int, layout: IntVector, scratch: Matrix,
) -> tuple[float, float]:  # fmt: skip
    """The gradient of the mean loss over the samples rows[first:last], written into `g`.

    Args:
        w: (n,) parameters, in the order of `draw_weights`.
        g: (n,) receives the gradient.
        inputs: (samples, 2) points; labels: (samples,) 0 or 1.
        layout: see `Problem.layout`.
        scratch: (3, neurons) room for what each neuron gives, its error, and what it takes in.

    Returns:
        The sum of the losses, and how many samples were classified rightly.
    """
    activation, loss_kind, depth, width = layout[0], layout[1], layout[2], layout[LAYOUT_SIZES]
    if (
        depth == LESSON_DEPTH and width == LESSON_WIDTH
        and activation == LESSON_ACTIVATION and loss_kind == LESSON_LOSS
    ):  # fmt: skip
        # The same code with constants: the compiler unrolls the lesson's network, which halves
        # its time.
        return _backpropagate(
            w, g, inputs, labels, rows, first, last, layout, scratch,
            LESSON_DEPTH, LESSON_WIDTH, LESSON_ACTIVATION, LESSON_LOSS,
        )  # fmt: skip
    return _backpropagate(
        w, g, inputs, labels, rows, first, last, layout, scratch,
        depth, width, activation, loss_kind,
    )  # fmt: skip


def _backpropagate(
    w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: IntVector, first: int,
    last: int, layout: IntVector, scratch: Matrix, depth: int, width: int, activation: int,
    loss_kind: int,
) -> tuple[float, float]:  # fmt: skip
    a, error, taken = scratch[0], scratch[1], scratch[2]
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
            _activate(activation, a, taken, here, there)
            for o in range(fan_out):
                z = w[p + fan_out * fan_in + o]
                for i in range(fan_in):
                    z += w[p + o * fan_in + i] * a[here + i]
                a[there + o] = z
            p += fan_out * (fan_in + 1)
            here = there

        # The loss and its derivative by the output z.
        z = a[here]
        own, error[here], hit = _judge(loss_kind, z, y, share)
        loss += own
        hits += hit

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
            _go_back(activation, error, a, taken, here, there)
        for o in range(width):
            g[2 * width + o] += error[o]
        for o in range(width):
            g[2 * o] += error[o] * x0
            g[2 * o + 1] += error[o] * x1
    return loss, hits
