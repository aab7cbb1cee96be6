"""Machine code makes the steps that the same function makes in plain Python."""

import numpy as np
import pytest

import optplay
from optplay.optim import OPTIMIZERS

from .cases import CASES
from .plain import Plain

SHAPES = ((4, 3), (4,), (2, 4), (3, 3))
STEPS = 25


@pytest.mark.parametrize("case", [c for c in CASES if not OPTIMIZERS[CASES[c][0]].curvature])
def test_plain_python_and_machine_code_agree(case):
    name, given = CASES[case]
    hyper, random = OPTIMIZERS[name].complete(given), np.random.default_rng(5)
    stepper = optplay.optimizer(name, shapes=SHAPES, weight_decay=0.0, **hyper)
    plain, n = Plain(name, SHAPES, hyper), sum(int(np.prod(shape)) for shape in SHAPES)
    start = one = other = random.normal(size=n)
    curve = random.uniform(0.5, 2, size=n)
    for t in range(STEPS):
        # Most rules take any gradients; those of full batches are given a bowl's.
        g = curve * other if OPTIMIZERS[name].full_batch else random.normal(size=n)
        g[t % n] = 0
        with np.errstate(all="ignore"):
            other = plain.step(other, g)
        one = stepper.step(one, g)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)
    # Steps of one size may lead back.
    assert np.count_nonzero(other - start) > 0.9 * n
    kept = len(stepper.state)
    np.testing.assert_allclose(
        stepper.state, plain.state[:kept, : stepper.state.shape[1]], rtol=1e-9, atol=1e-15
    )
