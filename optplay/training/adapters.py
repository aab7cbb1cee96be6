"""A surface's gradient and Hessian in the form that the training loop calls."""

from collections.abc import Callable
from functools import cache
from math import nan

from optplay.arithmetic import power
from optplay.arrays import FixedMatrix, FixedVector, Floats, IntVector, Matrix, Rows, Vector, np
from optplay.problems import Problem, SurfaceProblem
from optplay.training.kernel import Factor, Gradient
from optplay.training.more import Hessian

# How far apart gradients are taken: rounding and the neglected third derivative weigh about the
# same here.
DIFFERENCE = power(2.0**-52, 1 / 3)

SurfaceGradient = Callable[[Floats, Floats, Floats], float]


@cache
def as_factor(factor: Callable[[int, int], float]) -> Factor:
    """A schedule that needs no more than steps, called as the others are."""

    def with_knobs(k: int, n: int, warmup: int, knobs: FixedVector) -> float:
        return factor(k, n)

    return with_knobs


@cache
def as_mean_gradient(gradient: SurfaceGradient) -> Gradient:
    """The gradient of a surface, called as `network.mean_gradient` is."""

    def mean_gradient(
        w: Vector, g: Vector, inputs: FixedMatrix, labels: FixedVector, rows: Rows,
        first: int, last: int, layout: IntVector, scratch: Matrix,
    ) -> tuple[float, float]:  # fmt: skip
        """Adds the row `rows[first]` of `inputs`; `labels`: its constants. Nothing is right or not.

        Returns:
            The value at `w`, and NaN for how many samples were classified rightly.
        """
        value = gradient(w, g, labels)
        for i in range(g.size):
            g[i] += inputs[rows[first], i]
        return value, nan

    return mean_gradient


@cache
def as_mean_hessian(gradient: SurfaceGradient) -> Hessian:
    """The Hessian of a surface, called as `network_hessian.mean_hessian` is.

    By central differences of the exact gradient, each coordinate moved by `DIFFERENCE` of its size,
    at least 1: right to about ten digits. What chance and time add to the gradient bends nothing.
    """

    def mean_hessian(
        w: Vector, h: Matrix, inputs: FixedMatrix, labels: FixedVector, rows: Rows,
        first: int, last: int, layout: IntVector, scratch: Matrix, tangents: Matrix,
    ) -> None:  # fmt: skip
        """As for a network; `labels` are the constants, and w is left as it was.

        Args:
            tangents: (2, n) room for the gradients on both sides.
        """
        above, below = tangents[0], tangents[1]
        for i in range(w.size):
            at, reach = w[i], DIFFERENCE * max(1.0, abs(w[i]))
            up, down = at + reach, at - reach
            w[i] = up
            gradient(w, above, labels)
            w[i] = down
            gradient(w, below, labels)
            w[i] = at
            for j in range(w.size):
                h[i, j] = (above[j] - below[j]) / (up - down)
        for i in range(w.size):
            for j in range(i):
                h[i, j] = h[j, i] = 0.5 * (h[i, j] + h[j, i])

    return mean_hessian


def hessian_room(problem: Problem | SurfaceProblem) -> tuple[Floats, Floats]:
    """What a Hessian is worked out in: its `scratch` and its `tangents`."""
    neurons = sum(problem.sizes[1:])
    return np.empty((4, neurons)), np.empty((max(neurons, 2), problem.parameter_count))
