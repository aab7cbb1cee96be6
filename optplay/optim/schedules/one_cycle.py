"""Up for 30 % of the run, then down, as PyTorch's OneCycleLR(max_lr=lr, total_steps=n).

Its pct_start is `peak`, its div_factor 1/`start`, its final_div_factor `start`/`end`; only the
learning rate is cycled, not the momentum.
"""

from math import pi

from optplay.arithmetic import cos
from optplay.arrays import Floats
from optplay.optim.declaration import Hyperparameter, Schedule


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    part, start, end = float(knobs[0]), float(knobs[1]), float(knobs[2])
    straight = knobs[3] > 0.0
    peak = max(part * n - 1, 0.0)
    if k < peak:
        return start + (1 - start) * (k / peak) if straight else _along(start, 1.0, k, peak)
    if n - 1 <= peak:
        return 1.0
    past, left = k - peak, n - 1 - peak
    return 1 + (end - 1) * (past / left) if straight else _along(1.0, end, past, left)


def _along(first: float, last: float, k: float, n: float) -> float:
    """From one value to another along half a cosine, at k of n."""
    return last + (first - last) / 2 * (1 + cos(pi * k / n))


schedule = Schedule(
    "one_cycle",
    "One cycle",
    "rises to lr, then falls to nearly zero (Smith & Topin 2018)",
    factor,
    order=8,
    knobs=(
        Hyperparameter("peak", 0.3, "the part of the decay at which it comes to lr"),
        Hyperparameter("start", 1 / 25, "the part of lr that it begins at", log=True),
        Hyperparameter("end", 4e-6, "the part of lr that it ends at", log=True),
        Hyperparameter(
            "shape", "cosine", "along what it rises and falls", names=("cosine", "linear")
        ),
    ),
)
