"""Two spirals of one and a half turns, wound about the origin, half a turn apart."""

from math import pi, sqrt
from random import Random

from optplay.arithmetic import cos, sin
from optplay.problems.declaration import Dataset, Point

TURNS = 1.5
REACH = 1.9


def draw(random: Random, n: int) -> list[Point]:
    points = []
    for _ in range(n):
        label = random.randrange(2)
        # The square root spreads the points evenly along the arm.
        along = sqrt(random.random())
        angle = 2 * pi * TURNS * along + pi * label
        points.append((REACH * along * cos(angle), REACH * along * sin(angle), label))
    return points


dataset = Dataset(
    "spirals", "Spirals", "two arms wound about each other; the hard one", draw, order=5
)
