"""x, then y, uniform in [-2, 2]; label 1 where their signs differ."""

from random import Random

from optplay.problems.declaration import Dataset, Point


def draw(random: Random, n: int) -> list[Point]:
    points = []
    for _ in range(n):
        x = random.uniform(-2, 2)
        y = random.uniform(-2, 2)
        points.append((x, y, int((x > 0) != (y > 0))))
    return points


dataset = Dataset("xor", "XOR", "two opposite quadrants against the other two", draw, order=1)
