"""1e-6^(1 - k/(n-1)): up to lr by the same factor each step, for a learning-rate range test."""

from optplay.arithmetic import power
from optplay.optim.declaration import Schedule

START = 1e-6


def factor(k: int, n: int) -> float:
    return power(START, 1 - k / (n - 1)) if n > 1 else 1.0


schedule = Schedule(
    "ramp",
    "Ramp",
    "rises by the same factor each step over six decades, to lr at the end (Smith 2017)",
    factor,
    order=11,
)
