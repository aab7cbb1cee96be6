"""The flat surface: f = 0. What moves on it is moved by decay alone."""

from optplay.problems.declaration import Floats, Surface


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    g[0] = 0.0
    return 0.0


surface = Surface(
    name="flat",
    title="Flat",
    text="zero everywhere, in one coordinate: it shows what decay does by itself",
    paper="Loshchilov & Hutter 2019, Decoupled weight decay regularization",
    dimension=1,
    start=(1.0,),
    low=(-0.2,),
    high=(1.2,),
    minima=(),
    gradient=gradient,
    order=9,
)
