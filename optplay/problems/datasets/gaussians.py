"""Two round clouds of spread 0.6 about (-1, -1) for label 0 and (1, 1) for label 1."""

from random import Random

from optplay.arithmetic import Gauss
from optplay.problems.declaration import Dataset, Point

SPREAD = 0.6


def draw(random: Random, n: int) -> list[Point]:
    points, gauss = [], Gauss(random)
    for _ in range(n):
        label = random.randrange(2)
        centre = 2 * label - 1
        points.append((gauss.draw(centre, SPREAD), gauss.draw(centre, SPREAD), label))
    return points


dataset = Dataset("gaussians", "Gaussians", "two clouds, which a line separates", draw, order=2)
