"""How a dataset is declared."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

Point = tuple[float, float, int]


@dataclass(frozen=True)
class Dataset:
    """Points of the plane in two classes.

    `draw(random, n)` gives n points (x, y, label 0 or 1) in random order, about within [-2, 2]².
    `order` is its place in lists.
    """

    name: str
    title: str
    text: str
    draw: Callable[[Random, int], list[Point]]
    order: int = 0
