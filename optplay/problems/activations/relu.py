"""The rectifier: max(0, s)."""

import numpy as np

from optplay.arrays import Floats
from optplay.problems.functions import Activation


def value(s: float) -> float:
    return 0.0 if s < 0.0 else s  # NaN stays NaN


def back(e: float, s: float, a: float) -> float:
    return e if a > 0.0 else 0.0


def bend(s: float, a: float) -> float:
    return 0.0


def array(s: Floats) -> Floats:
    return np.maximum(s, 0)


activation = Activation(
    name="relu",
    title="ReLU",
    text="what is negative becomes 0: quick, and the usual one in hidden layers",
    order=1,
    value=value,
    back=back,
    bend=bend,
    reads_input=False,
    array=array,
)
