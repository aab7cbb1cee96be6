"""Normal draws."""

import math
from random import Random

from optplay.arithmetic.logarithm import log
from optplay.arithmetic.trigonometric import cos, cosines_and_sines, sin
from optplay.arrays import Floats, np

TWO_PI = 2.0 * math.pi
# Below this, arrays cost more than they save; what is drawn at a time stays in the cache.
FEW, BLOCK = 64, 1 << 14


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

    def draws(self, count: int, sigma: float = 1.0) -> Floats:
        """(count,) the numbers that as many calls of `draw` would give, of mean 0."""
        drawn, done = np.empty(count), 0
        if self._kept is not None and count > 0:
            drawn[0], done = self.draw(), 1
        while done < count:
            found = self._block(min(BLOCK, count - done))
            drawn[done : done + BLOCK] = found
            done += len(found)
        return 0.0 + drawn * sigma

    def _block(self, count: int) -> Floats:
        """(count,) standard draws, none of them kept before."""
        if count < FEW:
            return np.array([self.draw() for _ in range(count)])
        random = self._random
        numbers = np.array([random() for _ in range(count + count % 2)]).reshape(-1, 2)
        radii = np.sqrt(-2.0 * log(1.0 - numbers[:, 1]))
        cosines, sines = cosines_and_sines(numbers[:, 0] * TWO_PI)
        drawn = np.stack([cosines * radii, sines * radii], axis=-1).reshape(-1)
        if count % 2:
            self._kept = float(drawn[-1])
        return drawn[:count]
