"""The Styblinski-Tang function: f = ½·Σ (x⁴ - 16·x² + 5·x) over both coordinates."""

from optplay.problems.declaration import Floats, Surface

LOWEST = -2.9035340277711771


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    value = 0.0
    for i in range(2):
        x = float(w[i])
        g[i] = 2 * x * x * x - 16 * x + 2.5
        value += 0.5 * (x * x * x * x - 16 * x * x + 5 * x)
    return value


surface = Surface(
    name="styblinski_tang",
    title="Styblinski–Tang",
    text="four minima of different depths; the deepest is easily missed",
    paper="Styblinski & Tang 1990, Experiments in nonconvex optimization",
    dimension=2,
    start=(0.5, -0.5),
    low=(-4.0, -4.0),
    high=(4.0, 4.0),
    minima=((LOWEST, LOWEST),),
    gradient=gradient,
    order=6,
)
