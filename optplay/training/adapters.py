"""A surface's gradient in the form that the training loop calls.

Each adapter is given a name of its own: numba calls files of its cache, and machine code, by the
name of a function. So no surface is taken for another, and with a digest of its source in the name
one that has changed is compiled anew.
"""

from collections.abc import Callable
from math import nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SurfaceGradient = Callable[[Floats, Floats, Floats], float]
MeanGradient = Callable[
    [Floats, Floats, Floats, Floats, Ints, int, int, Ints, Floats], tuple[float, float]
]


def as_mean_gradient(gradient: SurfaceGradient, name: str) -> MeanGradient:
    """The gradient of a surface, called as `network.mean_gradient` is."""

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
        """Adds the row `rows[first]` of `inputs`; `labels` are the knobs. Nothing is right or not.

        Returns:
            The value at `w`, and NaN for how many samples were classified rightly.
        """
        value = gradient(w, g, labels)
        for i in range(g.size):
            g[i] += inputs[rows[first], i]
        return value, nan

    mean_gradient.__qualname__ = name
    return mean_gradient
