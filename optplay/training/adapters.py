"""A surface's gradient in the form that the training loop calls."""

from collections.abc import Callable
from functools import cache
from math import nan

from optplay.arrays import FixedMatrix, FixedVector, Floats, IntVector, Matrix, Rows, Vector
from optplay.training.kernel import Gradient

SurfaceGradient = Callable[[Floats, Floats, Floats], float]


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
