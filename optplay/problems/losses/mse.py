"""The squared error: (z − y)², with targets 0 and 1."""

from optplay.arrays import Floats, np
from optplay.problems.functions import Loss


def value(z: float, y: float) -> float:
    return (z - y) * (z - y)


def back(e: float, z: float, y: float) -> float:
    return e * (2.0 * (z - y))


def bend(z: float, y: float) -> float:
    return 2.0


def score(z: Floats) -> Floats:
    return np.clip(z, 0, 1)


def base_rate(p: float) -> float:
    return p * (1 - p)


loss = Loss(
    name="mse",
    title="squared error",
    text="the square of how far the output is from the label",
    order=2,
    value=value,
    back=back,
    bend=bend,
    middle=0.5,
    score=score,
    base_rate=base_rate,
)
