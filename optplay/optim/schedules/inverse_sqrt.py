"""√(W/(k+1)) at step k of the run after a warmup of W steps, 1/√(k+1) after none.

The rate of online learning, whose sum grows without bound; after warmup, from which it goes on, it
is that of the first Transformers.
"""

from math import sqrt

from optplay.arrays import Floats
from optplay.optim.declaration import Schedule


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    if warmup == 0:
        return 1 / sqrt(k + 1)
    return sqrt(warmup / (warmup + k + 1))


schedule = Schedule(
    "inverse_sqrt",
    "Inverse square root",
    "falls as 1/√t, however long the run is (Zinkevich 2003; Vaswani et al. 2017)",
    factor,
    order=9,
)
