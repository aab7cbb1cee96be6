"""The rules against the weights that PyTorch's, optax's and others' reach on the same gradients."""

import numpy as np
import pytest

import optplay

from .test_reference import RULES as TRACES, assert_agrees

SHAPES = [tuple(shape) for shape in TRACES["shapes"]]


@pytest.mark.parametrize("case", TRACES["rules"])
def test_agrees_with_the_package(case):
    trace, checked = TRACES["rules"][case], 0
    stepper = optplay.optimizer(
        trace["rule"], shapes=SHAPES, weight_decay=0.0, **trace["hyperparameters"]
    )
    w = np.array(TRACES["start"])
    for t, g in enumerate(TRACES["gradients"], start=1):
        w = stepper.step(w, g)
        for kind, reached in (("weights", w), ("evaluated", stepper.evaluated(w))):
            if str(t) in trace.get(kind, {}):
                assert_agrees([reached], trace[kind][str(t)])
                checked += 1
    assert checked == 5 * (1 + ("evaluated" in trace))


@pytest.mark.parametrize("case", TRACES["rules"])
def test_a_rate_for_each_step(case):
    """`lr=` of a step is what a schedule would have made of it."""
    trace = TRACES["rules"][case]
    given = trace["hyperparameters"]
    own, told = (
        optplay.optimizer(trace["rule"], shapes=SHAPES, weight_decay=0.0, **given) for _ in range(2)
    )
    one = other = np.array(TRACES["start"])
    for g in TRACES["gradients"][:5]:
        one, other = own.step(one, g), told.step(other, g, lr=given["lr"])
        np.testing.assert_array_equal(one, other)
    halved = told.step(other, TRACES["gradients"][5], lr=given["lr"] / 2)
    whole = own.step(one, TRACES["gradients"][5])
    assert not np.array_equal(halved, whole) or trace["rule"] == "rprop"
