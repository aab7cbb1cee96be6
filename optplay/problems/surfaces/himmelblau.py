"""Himmelblau's function: f = (x² + y - 11)² + (x + y² - 7)²."""

from optplay.problems.declaration import Floats, Surface


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    x, y = float(w[0]), float(w[1])
    a = x * x + y - 11
    b = x + y * y - 7
    g[0] = 4 * x * a + 2 * b
    g[1] = 2 * a + 4 * y * b
    return a * a + b * b


surface = Surface(
    name="himmelblau",
    title="Himmelblau",
    text="four minima of one depth: start and optimizer decide which one is found",
    paper="Himmelblau 1972, Applied nonlinear programming",
    dimension=2,
    start=(0.0, 0.0),
    low=(-5.0, -5.0),
    high=(5.0, 5.0),
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.7793102533777469, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ),
    gradient=gradient,
    order=5,
)
