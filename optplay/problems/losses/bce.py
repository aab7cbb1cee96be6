"""Binary cross-entropy, from the logit: −y·log σ(z) − (1−y)·log(1−σ(z)).

In e⁻ᶻ for positive z and eᶻ for negative ones, so that no output overflows.
"""

from math import exp, log, log1p

import numpy as np

from optplay.arrays import Floats
from optplay.problems.functions import Loss


def value(z: float, y: float) -> float:
    return (z if z > 0.0 else 0.0) - z * y + log1p(exp(-abs(z)))


def back(e: float, z: float, y: float) -> float:
    small = exp(-abs(z))
    sigmoid = 1.0 / (1.0 + small)
    return e * ((sigmoid if z > 0.0 else small * sigmoid) - y)


def bend(z: float, y: float) -> float:
    small = exp(-abs(z))
    sigmoid = 1.0 / (1.0 + small)
    return small * sigmoid * sigmoid


def array(z: Floats, labels: Floats) -> Floats:
    each: Floats = np.maximum(z, 0) - z * labels + np.log1p(np.exp(-np.abs(z)))
    return each


def score(z: Floats) -> Floats:
    probability: Floats = 0.5 * (1 + np.tanh(0.5 * z))
    return probability


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
    array=array,
    score=score,
    base_rate=base_rate,
)
