"""The hyperbolic tangent: between -1 and 1."""

from optplay.arithmetic import tanh
from optplay.problems.functions import Activation


def value(s: float) -> float:
    return tanh(s)


def back(e: float, s: float, a: float) -> float:
    return e * (1.0 - a * a)


def bend(s: float, a: float) -> float:
    return -2.0 * a * (1.0 - a * a)


activation = Activation(
    name="tanh",
    title="tanh",
    text="smooth, between -1 and 1, and flat far from 0",
    order=2,
    value=value,
    back=back,
    bend=bend,
    reads_input=False,
)
