"""No decay: the learning rate stays."""

from optplay.optim.declaration import Schedule


def factor(k: int, n: int) -> float:
    return 1.0


schedule = Schedule("none", "None", "the learning rate stays as it is", factor, steady=True)
