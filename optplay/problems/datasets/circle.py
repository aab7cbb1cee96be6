"""The lesson's data: x, then y, uniform in [-2, 2]; label 1 where x² + y² < 1.5."""

from random import Random

from optplay.problems.declaration import Dataset, Point

RADIUS_SQUARED = 1.5


def draw(random: Random, n: int) -> list[Point]:
    points = []
    for _ in range(n):
        x = random.uniform(-2, 2)
        y = random.uniform(-2, 2)
        points.append((x, y, int(x * x + y * y < RADIUS_SQUARED)))
    return points


dataset = Dataset("circle", "Circle", "is the point inside the circle? (the lesson's data)", draw)
