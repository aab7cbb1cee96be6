"""Four half cosines in a row, as PyTorch's CosineAnnealingWarmRestarts(T_0=⌈n/4⌉)."""

from math import pi

from optplay.arithmetic import cos
from optplay.optim.declaration import Schedule

CYCLES = 4


def factor(k: int, n: int) -> float:
    length = -(-n // CYCLES)
    return 0.5 * (1 + cos(pi * (k % length) / length))


schedule = Schedule(
    "cosine_restarts",
    "Cosine with restarts",
    "four half cosines in a row (Loshchilov & Hutter 2017)",
    factor,
    order=5,
)
