"""Where the weights start."""

from array import array
from itertools import pairwise, repeat
from math import sqrt
from random import Random
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optplay.arithmetic import Gauss

Init = Literal["normal", "uniform", "xavier", "kaiming", "zeros"]


def draw_weights(
    sizes: tuple[int, ...], init: Init, scale: float, seed: int
) -> NDArray[np.float64]:
    """The parameters of a network: per layer the weights, a row per output neuron, then biases 0.

    Args:
        sizes: neurons per layer, inputs and outputs included.
        init: `normal` is gauss(0, scale), `uniform` is uniform(-scale, scale). `xavier` is
            uniform within √(6/(fan_in+fan_out)) (Glorot & Bengio 2010, eq. 16) and `kaiming` is
            gauss(0, √(2/fan_in)) (He et al. 2015, eq. 10); both ignore `scale`, as does `zeros`.
        seed: of Python's `random.Random`, drawn layer by layer and row by row.
    """
    random = Random(seed)
    gauss = Gauss(random)
    parameters = array("d")  # A list would take four times the memory.
    for fan_in, fan_out in pairwise(sizes):
        count = fan_in * fan_out
        if init == "normal":
            parameters.extend(gauss.draw(0.0, scale) for _ in range(count))
        elif init == "uniform":
            parameters.extend(random.uniform(-scale, scale) for _ in range(count))
        elif init == "xavier":
            reach = sqrt(6 / (fan_in + fan_out))
            parameters.extend(random.uniform(-reach, reach) for _ in range(count))
        elif init == "kaiming":
            parameters.extend(gauss.draw(0.0, sqrt(2 / fan_in)) for _ in range(count))
        else:
            parameters.extend(repeat(0.0, count))
        parameters.extend(repeat(0.0, fan_out))
    return np.array(parameters)
