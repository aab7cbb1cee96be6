"""1 - k/n."""

from optplay.optim.declaration import Schedule


def factor(k: int, n: int) -> float:
    return 1 - k / n


schedule = Schedule("linear", "Linear", "falls on a straight line to zero", factor, order=1)
