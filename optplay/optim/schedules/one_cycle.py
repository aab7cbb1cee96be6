"""Up for 30 % of the run, then down, as PyTorch's OneCycleLR(max_lr=lr, total_steps=n).

Starts at 1/25 of lr, ends at 1/250,000; only the learning rate is cycled, not the momentum.
"""

from math import pi

from optplay.arithmetic import cos
from optplay.optim.declaration import Schedule

RISE = 0.3
START = 1 / 25
END = START / 1e4


def factor(k: int, n: int) -> float:
    peak = max(RISE * n - 1, 0.0)
    if k < peak:
        return 1 + (START - 1) / 2 * (1 + cos(pi * k / peak))
    if n - 1 <= peak:
        return 1.0
    return END + (1 - END) / 2 * (1 + cos(pi * (k - peak) / (n - 1 - peak)))


schedule = Schedule(
    "one_cycle",
    "One cycle",
    "rises to lr, then falls to nearly zero (Smith & Topin 2018)",
    factor,
    order=6,
)
