"""ε = 0 is allowed: what is divided by is then only what the gradients come to."""

import numpy as np
import pytest

import optplay
from optplay.optim import OPTIMIZERS

from .reference import Reference, flat, tensors

# The squares of a matrix's gradient have a root at once, of a vector's only once there are several.
SHAPES = ((3, 3), (2, 2))
NAMES = [name for name, rule in OPTIMIZERS.items() if rule.has("epsilon") and not rule.curvature]


@pytest.mark.parametrize("name", NAMES)
def test_as_the_reference(name):
    hyper = OPTIMIZERS[name].complete({"epsilon": 0.0})
    stepper = optplay.optimizer(name, shapes=SHAPES, weight_decay=0.0, **hyper)
    reference, random = Reference(name, hyper), np.random.default_rng(8)
    w = tensors(random.normal(size=13), SHAPES)
    for _ in range(20):
        g = [random.normal(size=shape) for shape in SHAPES]
        found = stepper.step(flat(w), flat(g))
        w = reference.step(w, g)
        np.testing.assert_allclose(found, flat(w), rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_what_gets_no_gradient_stays(name):
    given = {"epsilon": 0.0} | ({"initial": 0.0} if OPTIMIZERS[name].has("initial") else {})
    stepper = optplay.optimizer(name, shapes=SHAPES, weight_decay=0.0, **given)
    start = w = np.zeros(13)
    for t in range(5):
        g = np.zeros(13) if t < 2 else np.r_[np.zeros(9), np.ones(4)]
        w = stepper.step(w, g)
        assert np.isfinite(w).all()
        np.testing.assert_array_equal(w[:9], start[:9])
