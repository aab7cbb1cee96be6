"""Hyperparameters that several optimizers share, declared once."""

from optplay.optim.declaration import Hyperparameter


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
    """What keeps the denominator away from zero."""
    return Hyperparameter(
        "epsilon",
        default,
        "keeps the division finite; large values make the rule more like SGD",
        low_open=True,
        log=True,
    )


BIAS_CORRECTION = Hyperparameter(
    "bias_correction", True, "makes up for averages that start at zero"
)
