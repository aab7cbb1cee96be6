"""Rastrigin's function: f = 20 + Σ (x² - 10·cos 2πx) over both coordinates."""

from math import pi

from optplay.arithmetic import cos, sin
from optplay.problems.declaration import Floats, Surface


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    value = 20.0
    for i in range(2):
        x = float(w[i])
        g[i] = 2 * x + 20 * pi * sin(2 * pi * x)
        value += x * x - 10 * cos(2 * pi * x)
    return value


surface = Surface(
    name="rastrigin",
    title="Rastrigin",
    text="a bowl full of dents: nearly every run ends in one that is not the deepest",
    paper="Rastrigin 1974, Systems of extremal control",
    dimension=2,
    start=(2.3, 1.7),
    low=(-3.0, -3.0),
    high=(3.0, 3.0),
    minima=((0.0, 0.0),),
    gradient=gradient,
    order=7,
)
