"""Where the weights start."""

from itertools import pairwise
from math import sqrt
from random import Random
from typing import Literal

from optplay.arithmetic import Gauss
from optplay.arrays import Floats, np

Init = Literal["normal", "uniform", "xavier", "kaiming", "zeros"]


def draw_weights(sizes: tuple[int, ...], init: Init, scale: float, seed: int) -> Floats:
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
    parts: list[Floats] = []
    for fan_in, fan_out in pairwise(sizes):
        count = fan_in * fan_out
        if init == "normal":
            weights = gauss.draws(count, scale)
        elif init == "kaiming":
            weights = gauss.draws(count, sqrt(2 / fan_in))
        elif init == "zeros":
            weights = np.zeros(count)
        else:
            reach = scale if init == "uniform" else sqrt(6 / (fan_in + fan_out))
            drawn = (random.uniform(-reach, reach) for _ in range(count))
            weights = np.fromiter(drawn, np.float64, count)
        parts += [weights, np.zeros(fan_out)]
    return np.concatenate(parts)
