"""Two interleaving half circles, as scikit-learn's make_moons, centred and scaled to the plane."""

from math import pi
from random import Random

from optplay.arithmetic import cos, sin
from optplay.problems.declaration import Dataset, Point

SCALE = 1.2
CENTRE = (0.5, 0.25)


def draw(random: Random, n: int) -> list[Point]:
    points = []
    for _ in range(n):
        label = random.randrange(2)
        angle = random.uniform(0, pi)
        x, y = (1 - cos(angle), 0.5 - sin(angle)) if label else (cos(angle), sin(angle))
        points.append((SCALE * (x - CENTRE[0]), SCALE * (y - CENTRE[1]), label))
    return points


dataset = Dataset("moons", "Moons", "two half circles that reach into each other", draw, order=3)
