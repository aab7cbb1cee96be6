"""Rosenbrock's valley: f = (1 - x)² + 100·(y - x²)²."""

from optplay.problems.declaration import Floats, Surface


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    x, y = float(w[0]), float(w[1])
    short, off = 1 - x, y - x * x
    g[0] = -2 * short - 400 * x * off
    g[1] = 200 * off
    return short * short + 100 * off * off


surface = Surface(
    name="rosenbrock",
    title="Rosenbrock",
    text="a bent, narrow valley: easy to find, slow to follow",
    paper="Rosenbrock 1960, An automatic method for finding the greatest or least value",
    dimension=2,
    start=(-1.2, 1.0),
    low=(-2.0, -1.0),
    high=(2.0, 3.0),
    minima=((1.0, 1.0),),
    gradient=gradient,
    order=3,
)
