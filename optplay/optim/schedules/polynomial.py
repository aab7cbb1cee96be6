"""(1 - k/n)^power, down to a floor; where that is 0, as PyTorch's PolynomialLR(n, power)."""

from optplay.arithmetic import power
from optplay.arrays import Floats
from optplay.optim.declaration import Hyperparameter, Schedule
from optplay.optim.hyperparameters import FLOOR


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    exponent, floor = float(knobs[0]), float(knobs[1])
    return floor + (1 - floor) * power(1 - k / n, exponent)


schedule = Schedule(
    "polynomial",
    "Polynomial",
    "falls as a power of what is left of the run (Chen et al. 2018)",
    factor,
    order=2,
    knobs=(
        Hyperparameter(
            "power", 2.0, "how steeply it falls at first: 1 is a straight line", high=10.0,
            low_open=True, log=True,
        ),
        FLOOR,
    ),
)  # fmt: skip
