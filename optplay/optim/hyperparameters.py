"""Hyperparameters that several optimizers or schedules share, declared once."""

from optplay.arithmetic import where
from optplay.optim.declaration import Hyperparameter

# Added to a root above zero, which is above 1e-162, it changes no bit.
NEXT_TO_NOTHING = 1e-300


def lr(default: float) -> Hyperparameter:
    """The learning rate."""
    return Hyperparameter(
        "lr", default, "how far a step goes: too low crawls, too high diverges", high=1000, log=True
    )


def memory(name: str, default: float, text: str) -> Hyperparameter:
    """The factor of an exponential moving average, in [0, 1)."""
    return Hyperparameter(name, default, text, high_open=True)


def beta(default: float, text: str) -> Hyperparameter:
    """The one moving average of a rule that has one."""
    return memory("beta", default, text)


BETA1 = memory("beta1", 0.9, "how long the mean gradient is remembered: about 1/(1-beta1) steps")
BETA2 = memory("beta2", 0.999, "how long squared gradients are remembered: 1/(1-beta2) steps")


def epsilon(default: float) -> Hyperparameter:
    """What keeps the denominator away from zero; at 0 nothing does."""
    return Hyperparameter(
        "epsilon",
        default,
        "keeps the division finite; large values make the rule more like SGD",
        log=True,
    )


def above_zero(epsilon: float) -> float:
    """ε as a rule adds it to a root: where both are 0, what got no gradient stays where it is."""
    return where(epsilon > 0, epsilon, NEXT_TO_NOTHING)


BIAS_CORRECTION = Hyperparameter(
    "bias_correction", True, "makes up for averages that start at zero"
)

FLOOR = Hyperparameter("floor", 0.0, "the part of lr that it never falls below")
DROP = Hyperparameter(
    "factor", 0.1, "by what the learning rate is multiplied then", low_open=True, log=True
)


def every(default: int, text: str) -> Hyperparameter:
    """How many steps go by from one time to the next; its whole part counts."""
    return Hyperparameter("every", default, text, low=1, high=1000, log=True)
