"""Where the heavy ball cycles: f' = 25·x for x < 1, x + 24 for 1 ≤ x < 2, 25·x - 24 beyond.

Convex and smooth, with curvatures from 1 to 25, but the curvature changes with x.
"""

from optplay.problems.declaration import Floats, Surface


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    x = float(w[0])
    if x < 1:
        g[0] = 25 * x
        return 12.5 * x * x
    if x < 2:
        g[0] = x + 24
        return 0.5 * x * x + 24 * x - 12
    g[0] = 25 * x - 24
    return 12.5 * x * x - 24 * x + 36


surface = Surface(
    name="cycles",
    title="Cycles",
    text="convex, in one coordinate; heavy ball tuned for its curvatures runs in circles",
    paper="Lessard, Recht & Packard 2016, Analysis and design of optimization algorithms, 4.6",
    dimension=1,
    start=(3.3,),
    low=(-3.0,),
    high=(3.5,),
    minima=((0.0,),),
    gradient=gradient,
    order=8,
)
