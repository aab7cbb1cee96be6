"""½·(1 + cos(π·k/n)), as PyTorch's CosineAnnealingLR(T_max=n, eta_min=floor)."""

from math import pi

from optplay.arithmetic import cos
from optplay.arrays import Floats
from optplay.optim.declaration import Schedule
from optplay.optim.hyperparameters import FLOOR


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    floor = float(knobs[0])
    return floor + (1 - floor) * (0.5 * (1 + cos(pi * k / n)))


schedule = Schedule(
    "cosine",
    "Cosine",
    "falls along half a cosine, to zero or a floor (Loshchilov & Hutter 2017)",
    factor,
    order=6,
    knobs=(FLOOR,),
)
