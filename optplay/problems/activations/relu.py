"""The rectifier: max(0, s)."""

from optplay.arithmetic import where
from optplay.problems.functions import Activation


def value(s: float) -> float:
    return where(s < 0.0, 0.0, s)  # NaN stays NaN


def back(e: float, s: float, a: float) -> float:
    return where(a > 0.0, e, 0.0)


def bend(s: float, a: float) -> float:
    return 0.0


activation = Activation(
    name="relu",
    title="ReLU",
    text="what is negative becomes 0: quick, and the usual one in hidden layers",
    order=1,
    value=value,
    back=back,
    bend=bend,
    reads_input=False,
)
