"""Beale's function: f = Σᵢ (cᵢ - x·(1 - yⁱ))² with c = 1.5, 2.25, 2.625."""

from optplay.problems.declaration import Floats, Surface


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    x, y = float(w[0]), float(w[1])
    a = 1.5 - x * (1 - y)
    b = 2.25 - x * (1 - y * y)
    c = 2.625 - x * (1 - y * y * y)
    g[0] = -2 * (a * (1 - y) + b * (1 - y * y) + c * (1 - y * y * y))
    g[1] = 2 * x * (a + 2 * b * y + 3 * c * y * y)
    return a * a + b * b + c * c


surface = Surface(
    name="beale",
    title="Beale",
    text="a flat valley between walls that rise by powers of ten",
    paper="Beale 1958, On an iterative method for finding a local minimum of a function",
    dimension=2,
    start=(1.0, 1.5),
    low=(-1.0, -2.0),
    high=(4.5, 2.0),
    minima=((3.0, 0.5),),
    gradient=gradient,
    order=4,
)
