"""The logistic function 1/(1 + e⁻ˢ), by tanh, which never overflows."""

import math

import numpy as np

from optplay.arrays import Floats
from optplay.problems.functions import Activation


def value(s: float) -> float:
    return 0.5 * (1.0 + math.tanh(0.5 * s))


def back(e: float, s: float, a: float) -> float:
    return e * (a * (1.0 - a))


def bend(s: float, a: float) -> float:
    return a * (1.0 - a) * (1.0 - 2.0 * a)


def array(s: Floats) -> Floats:
    a: Floats = 0.5 * (1 + np.tanh(0.5 * s))
    return a


activation = Activation(
    name="sigmoid",
    title="sigmoid",
    text="smooth, between 0 and 1, and never steeper than 1/4",
    order=3,
    value=value,
    back=back,
    bend=bend,
    reads_input=False,
    array=array,
)
