"""0.01^(k/n), as PyTorch's ExponentialLR(gamma=0.01^(1/n))."""

from optplay.arithmetic import power
from optplay.optim.declaration import Schedule

END = 0.01


def factor(k: int, n: int) -> float:
    return power(END, k / n)


schedule = Schedule(
    "exponential",
    "Exponential",
    "falls by the same factor each step, to 1 % at the end",
    factor,
    order=2,
)
