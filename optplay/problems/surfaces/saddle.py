"""The saddle: f = ½·(x² - y²), a minimum along x and a maximum along y.

It has no lowest point, so runs are kept in a box: there the lowest are the ends of the y axis.
"""

from optplay.problems.declaration import Floats, Surface

EDGE = 3.0


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    x, y = float(w[0]), float(w[1])
    g[0] = x
    g[1] = -y
    return 0.5 * (x * x - y * y)


surface = Surface(
    name="saddle",
    title="Saddle",
    text="slopes down to the middle and away from it on both sides; runs end at its edge, |y| = 3",
    paper="Dauphin et al. 2014, Identifying and attacking the saddle point problem",
    dimension=2,
    start=(2.0, 0.001),
    low=(-EDGE, -EDGE),
    high=(EDGE, EDGE),
    minima=((0.0, -EDGE), (0.0, EDGE)),
    gradient=gradient,
    box=EDGE,
    order=2,
)
