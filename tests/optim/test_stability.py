"""The curvature that each rule says it can stand, tried on a quadratic of one dimension."""

from math import isclose

import numpy as np
import pytest

from optplay.optim import OPTIMIZERS

from .made import has_rates, rates

LATE = 1_000_000  # bias corrections are over
STEPS = 4000
DECLARED = sorted(name for name, o in OPTIMIZERS.items() if o.stability)


def size_after(optimizer, hyper, share):
    """|w| after many steps on ½·h·w² with h at `share` of the threshold; w starts at 1e-100.

    What the rule divides by is frozen: set again before each step, to values that w is far too
    small to change.
    """
    values = np.array([float(v) for v in hyper.values()][1:])
    frozen = np.zeros((len(optimizer.slots), 1))
    if has_rates(optimizer):
        names = ("v", "v_max", "u", "s")
        frozen[[i for i, slot in enumerate(optimizer.slots) if slot in names]] = 0.3
    lr, w, state = hyper["lr"], np.array([1e-100]), frozen.copy()
    over = np.ones_like(values)
    optimizer.step(np.zeros(1), np.zeros(1), state, values, over, lr, LATE)
    rate = np.ravel(rates(optimizer, state, values, lr, LATE))[0]
    h = share * optimizer.stability(hyper) / rate  # of preconditioned curvature h·rate/lr = c/lr
    state = frozen.copy()
    for k in range(STEPS):
        optimizer.step(w, h * w, state, values, over, lr, LATE + k)
        state = np.where(frozen > 0, frozen, state)
        if not 1e-200 < abs(w[0]) < 1e100:
            break
    return abs(w[0])


@pytest.mark.parametrize("other", [{}, {"beta": 0.5, "beta1": 0.6}, {"beta": 0.0, "beta1": 0.0}])
@pytest.mark.parametrize("name", DECLARED)
def test_below_the_threshold_it_converges_and_above_it_diverges(name, other):
    optimizer = OPTIMIZERS[name]
    known = {h.name for h in optimizer.hyperparameters}
    hyper = optimizer.complete({k: v for k, v in other.items() if k in known})
    below, above = (size_after(optimizer, hyper, share) for share in (0.99, 1.01))
    assert below < 1e-110
    assert above > 1e-90


@pytest.mark.parametrize(
    ("name", "limit"), [("sgd", 2), ("momentum", 3.8), ("nesterov", 3.8 / 2.8), ("adam", 38)]
)
def test_limits_of_the_defaults_are_the_papers(name, limit):
    optimizer = OPTIMIZERS.find(name)
    assert isclose(optimizer.stability(optimizer.complete({})), limit, rel_tol=1e-14)


def test_who_declares_none():
    # AdaDelta's rates grow with its own steps, so that there is nothing to hold still. Lion's steps
    # have one length: on a quadratic it neither converges nor diverges. What NAdam can stand
    # changes for some ten thousand steps, while its momentum warms up.
    assert not {"adadelta", "lion", "nadam"} & set(DECLARED)
