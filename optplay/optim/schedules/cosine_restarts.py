"""Half cosines, as PyTorch's CosineAnnealingWarmRestarts(T_0, T_mult=growth, eta_min=floor).

T_0, the steps of the first, is such that all of them have room: n over 1 + growth + growth² + …,
rounded up.
"""

from math import pi

from optplay.arithmetic import cos
from optplay.arrays import Floats
from optplay.optim.declaration import Hyperparameter, Schedule
from optplay.optim.hyperparameters import FLOOR
from optplay.optim.parts import steps_of


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    cycles, growth, floor = int(knobs[0]), float(knobs[1]), float(knobs[2])
    room = 0.0
    for _ in range(cycles):
        room = growth * room + 1.0
    begin, length = 0.0, float(max(steps_of(1 / room, n), 1))
    while k >= begin + length:
        begin += length
        length *= growth
    return floor + (1 - floor) * (0.5 * (1 + cos(pi * (k - begin) / length)))


schedule = Schedule(
    "cosine_restarts",
    "Cosine with restarts",
    "several half cosines in a row, four unless told (Loshchilov & Hutter 2017)",
    factor,
    order=7,
    knobs=(
        Hyperparameter(
            "cycles", 4, "how many half cosines there are", low=1.0, high=100.0, whole=True
        ),
        Hyperparameter(
            "growth", 1.0, "how much longer each is than the one before", low=1.0, high=10.0,
            log=True,
        ),
        FLOOR,
    ),
)  # fmt: skip
