"""end^(k/n), as PyTorch's ExponentialLR(gamma=end^(1/n))."""

from optplay.arithmetic import power
from optplay.arrays import Floats
from optplay.optim.declaration import Hyperparameter, Schedule


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    return power(float(knobs[0]), k / n)


schedule = Schedule(
    "exponential",
    "Exponential",
    "falls by the same factor each step, to 1 % or another end",
    factor,
    order=3,
    knobs=(
        Hyperparameter("end", 0.01, "the part of lr that it comes to", low_open=True, log=True),
    ),
)
