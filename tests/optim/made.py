"""Steps of rules made by hand, and told in the form that their terms take."""

import numpy as np

from optplay.optim.declaration import Made


def made(rule, g, before, after, hyper, lr, t, w=None):
    """A step of a rule of parameters. Arrays are (n,), states (slots, n).

    Args:
        hyper: the hyperparameters after lr, in declared order. w: the weights before, or zeros.
    """
    names = [h.name for h in rule.hyperparameters]
    slots = [slot.name for slot in rule.state]
    return Made(
        np.zeros_like(g) if w is None else w,
        g,
        dict(zip(slots, before, strict=True)),
        dict(zip(slots, after, strict=True)),
        dict(zip(names, [lr, *hyper], strict=True)),
        dict(zip(names[1:], 1 - np.asarray(hyper) ** t, strict=True)),
        lr,
        t,
    )


def rates(rule, state, hyper, lr, t):
    """What the terms say of the rates where the state is known alone."""
    nothing = np.zeros(state.shape[1])
    return rule.rate(made(rule, nothing, state, state, hyper, lr, t))


def has_rates(rule):
    """Whether a rule multiplies each parameter's direction by a rate of its own."""
    hyper = [float(value) for value in rule.complete({}).values()][1:]
    state = np.ones((len(rule.slots), 1))
    return "rate" in rule.terms(made(rule, np.ones(1), state, state, hyper, 1.0, 9))
