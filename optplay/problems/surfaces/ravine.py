"""The ravine: f = ½·(x² + κ·y²), steep across and flat along."""

from optplay.problems.declaration import Floats, Surface


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    x, y, kappa = float(w[0]), float(w[1]), float(constants[0])
    g[0] = x
    g[1] = kappa * y
    return 0.5 * (x * x + kappa * y * y)


surface = Surface(
    name="ravine",
    title="Ravine",
    text="a quadratic, κ times as steep across as along: one rate has to serve both",
    paper="Polyak 1964, Some methods of speeding up the convergence of iteration methods",
    dimension=2,
    start=(2.0, 1.0),
    low=(-2.5, -1.5),
    high=(2.5, 1.5),
    minima=((0.0, 0.0),),
    gradient=gradient,
    condition=100.0,
    order=1,
)
