"""No activation: a network of these is as good as one without hidden layers."""

from optplay.problems.functions import Activation


def value(s: float) -> float:
    return s


def back(e: float, s: float, a: float) -> float:
    return e


def bend(s: float, a: float) -> float:
    return 0.0


activation = Activation(
    name="identity",
    title="identity",
    text="leaves everything as it is, so that the network can draw straight lines only",
    order=4,
    value=value,
    back=back,
    bend=bend,
    reads_input=False,
)
