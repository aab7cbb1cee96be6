"""1 - k/n, down to a floor, as PyTorch's LinearLR(start_factor=1, end_factor=floor)."""

from optplay.arrays import Floats
from optplay.optim.declaration import Schedule
from optplay.optim.hyperparameters import FLOOR


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    floor = float(knobs[0])
    return floor + (1 - floor) * (1 - k / n)


schedule = Schedule(
    "linear",
    "Linear",
    "falls on a straight line, to zero or a floor",
    factor,
    order=1,
    knobs=(FLOOR,),
)
