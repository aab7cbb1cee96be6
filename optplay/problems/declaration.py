"""How a dataset and a surface are declared."""

from collections.abc import Callable
from math import inf
from random import Random

from msgspec import Struct

from optplay.arrays import Floats

__all__ = ["Dataset", "Floats", "Point", "Surface"]

Point = tuple[float, float, int]


class Dataset(Struct, frozen=True):
    """Points of the plane in two classes.

    `draw(random, n)` gives n points (x, y, label 0 or 1) in random order, about within [-2, 2]².
    `order` is its place in lists.
    """

    name: str
    title: str
    text: str
    draw: Callable[[Random, int], list[Point]]
    order: int = 0


class Surface(Struct, frozen=True):
    """A function of one or two coordinates, trained as a network is.

    Attributes:
        name: what presets and the command line call it. title: what a person reads.
        text: half a sentence on what it is like. paper: where it comes from.
        dimension: how many coordinates it has, 1 or 2.
        start: where runs start unless they say otherwise.
        low, high: per coordinate, the window that shows what is worth seeing.
        minima: its lowest points, if it has any.
        gradient: `gradient(w, g, constants)` writes the gradient at `w` (dimension,) into `g` and
            returns the value; `constants[0]` is the condition. Plain Python that compiles too.
        condition: the default of its condition number; None if it takes none.
        box: the largest |coordinate|, to which a step that leads further is cut.
        cycle: what is added to the gradient at steps 0, 1, 2 … and then again from the first;
            its mean is zero, so that `gradient` is the mean's. Empty for nothing.
        order: its place in lists.
    """

    name: str
    title: str
    text: str
    paper: str
    dimension: int
    start: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    minima: tuple[tuple[float, ...], ...]
    gradient: Callable[[Floats, Floats, Floats], float]
    condition: float | None = None
    box: float = inf
    cycle: tuple[tuple[float, ...], ...] = ()
    order: int = 0
