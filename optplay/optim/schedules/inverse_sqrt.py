"""1/√(k+1): the rate of online learning, whose sum grows without bound."""

from math import sqrt

from optplay.optim.declaration import Schedule


def factor(k: int, n: int) -> float:
    return 1 / sqrt(k + 1)


schedule = Schedule(
    "inverse_sqrt",
    "Inverse square root",
    "falls as 1/√t, however long the run is (Zinkevich 2003)",
    factor,
    order=7,
)
