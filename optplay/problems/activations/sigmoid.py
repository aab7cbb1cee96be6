"""The logistic function 1/(1 + e⁻ˢ), by tanh, which never overflows."""

from optplay.arithmetic import tanh
from optplay.problems.functions import Activation


def value(s: float) -> float:
    return 0.5 * (1.0 + tanh(0.5 * s))


def back(e: float, s: float, a: float) -> float:
    return e * (a * (1.0 - a))


def bend(s: float, a: float) -> float:
    return a * (1.0 - a) * (1.0 - 2.0 * a)


activation = Activation(
    name="sigmoid",
    title="sigmoid",
    text="smooth, between 0 and 1, and never steeper than 1/4",
    order=3,
    value=value,
    back=back,
    bend=bend,
    reads_input=False,
)
