"""Two rings about the origin, of radius 0.5 to 0.9 for label 1 and 1.4 to 1.8 for label 0."""

from math import pi
from random import Random

from optplay.arithmetic import cos, sin
from optplay.problems.declaration import Dataset, Point

RADII = ((1.4, 1.8), (0.5, 0.9))


def draw(random: Random, n: int) -> list[Point]:
    points = []
    for _ in range(n):
        label = random.randrange(2)
        radius = random.uniform(*RADII[label])
        angle = random.uniform(0, 2 * pi)
        points.append((radius * cos(angle), radius * sin(angle), label))
    return points


dataset = Dataset("rings", "Rings", "a ring inside a ring, with a gap between", draw, order=4)
