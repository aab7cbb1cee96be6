"""Binary cross-entropy, from the logit: −y·log σ(z) − (1−y)·log(1−σ(z)).

In e⁻ᶻ for positive z and eᶻ for negative ones, so that no output overflows.
"""

from optplay.arithmetic import exp_of_negative, log, log1p_of_fraction, tanh, where
from optplay.problems.functions import Loss


def value(z: float, y: float) -> float:
    return where(z > 0.0, z, 0.0) - z * y + log1p_of_fraction(exp_of_negative(-abs(z)))


def back(e: float, z: float, y: float) -> float:
    small = exp_of_negative(-abs(z))
    sigmoid = 1.0 / (1.0 + small)
    return e * (where(z > 0.0, sigmoid, small * sigmoid) - y)


def bend(z: float, y: float) -> float:
    small = exp_of_negative(-abs(z))
    sigmoid = 1.0 / (1.0 + small)
    return small * sigmoid * sigmoid


def score(z: float) -> float:
    return 0.5 * (1.0 + tanh(0.5 * z))


def base_rate(p: float) -> float:
    return -sum(q * log(q) for q in (p, 1 - p) if q > 0)


loss = Loss(
    name="bce",
    title="binary cross-entropy",
    text="how unlikely the label is, where the output is the logit of its probability",
    order=1,
    value=value,
    back=back,
    bend=bend,
    middle=0.0,
    score=score,
    base_rate=base_rate,
)
