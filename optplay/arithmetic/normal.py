"""Normal draws."""

import math
from random import Random

from optplay.arithmetic.logarithm import log
from optplay.arithmetic.trigonometric import cos, sin

TWO_PI = 2.0 * math.pi


class Gauss:
    """Draws of a normal distribution as `random.Random.gauss` makes them, with this package's log,
    cos and sin: the same to a few ulp, from the same numbers of `random`.

    Two draws come of each two numbers (Box & Muller 1958), and the second is kept here, where
    `Random` would keep it in itself.
    """

    def __init__(self, random: Random) -> None:
        self._random = random.random
        self._kept: float | None = None

    def draw(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """A number of mean mu and standard deviation sigma."""
        z, self._kept = self._kept, None
        if z is None:
            angle = self._random() * TWO_PI
            radius = math.sqrt(-2.0 * log(1.0 - self._random()))
            z = cos(angle) * radius
            self._kept = sin(angle) * radius
        return mu + z * sigma
