"""½·(1 + cos(π·k/n)), as PyTorch's CosineAnnealingLR(T_max=n)."""

from math import pi

from optplay.arithmetic import cos
from optplay.optim.declaration import Schedule


def factor(k: int, n: int) -> float:
    return 0.5 * (1 + cos(pi * k / n))


schedule = Schedule(
    "cosine",
    "Cosine",
    "falls along half a cosine to zero (Loshchilov & Hutter 2017)",
    factor,
    order=4,
)
