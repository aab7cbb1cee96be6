"""Half the squared error: ½(z − t)², with targets t = −1 and 1."""

from optplay.arithmetic import where
from optplay.arrays import Floats, np
from optplay.problems.functions import Loss


def miss(z: float, y: float) -> float:
    return z - where(y > 0.5, 1.0, -1.0)


def value(z: float, y: float) -> float:
    return 0.5 * miss(z, y) * miss(z, y)


def back(e: float, z: float, y: float) -> float:
    return e * miss(z, y)


def bend(z: float, y: float) -> float:
    return 1.0


def score(z: Floats) -> Floats:
    return np.clip((z + 1) / 2, 0, 1)


def base_rate(p: float) -> float:
    return 2 * p * (1 - p)


loss = Loss(
    name="half_mse",
    title="half squared error",
    text="half the square of how far the output is from its target, -1 or 1",
    order=3,
    value=value,
    back=back,
    bend=bend,
    middle=0.0,
    score=score,
    base_rate=base_rate,
)
