"""Where Adam goes the wrong way: f = 3·x at every third step, else -x, on [-1, 1].

The value recorded is that of their mean, x/3, whose lowest point is -1.
"""

from optplay.problems.declaration import Floats, Surface

MEAN = 1 / 3


def gradient(w: Floats, g: Floats, constants: Floats) -> float:
    g[0] = MEAN
    return MEAN * float(w[0])


surface = Surface(
    name="alternating",
    title="Alternating",
    text="a large gradient at every third step outweighs two small ones that point the other way",
    paper="Reddi, Kale & Kumar 2018, On the convergence of Adam and beyond, section 3",
    dimension=1,
    start=(0.0,),
    low=(-1.1,),
    high=(1.1,),
    minima=((-1.0,),),
    gradient=gradient,
    box=1.0,
    cycle=((3 - MEAN,), (-1 - MEAN,), (-1 - MEAN,)),
    order=10,
)
