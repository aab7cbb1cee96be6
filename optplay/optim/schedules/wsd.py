"""1, then over the last part of the run a straight line: warmup, stable, decay.

Hu et al. 2024, MiniCPM, section 4; with the straight line of Hägele et al. 2024.
"""

from optplay.arrays import Floats
from optplay.optim.declaration import Hyperparameter, Schedule
from optplay.optim.hyperparameters import FLOOR
from optplay.optim.parts import steps_of


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    floor, length = float(knobs[1]), steps_of(float(knobs[0]), n)
    if k < n - length:
        return 1.0
    return floor + (1 - floor) * ((n - k) / length)


schedule = Schedule(
    "wsd",
    "Warmup, stable, decay",
    "stays, then falls on a straight line over the last fifth (Hu et al. 2024)",
    factor,
    order=10,
    knobs=(
        Hyperparameter("cooldown", 0.2, "the part of the decay, at its end, over which it falls"),
        FLOOR,
    ),
)
