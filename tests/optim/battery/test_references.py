"""Each rule, with each of its options, against its reference along gradients of any size."""

from math import prod

import numpy as np
import pytest

import optplay
from optplay.optim import OPTIMIZERS

from .cases import CASES
from .matrices import SIZES_OF_TENSORS
from .plain import Plain
from .reference import Reference, flat, tensors

STEPS, STEPS_OF_OPTIONS = 10_000, 1_000
# Exponents of ten between which a gradient's sizes are. Where its square overflows, most rules
# stop: so each parameter, or each tensor, has sizes of its own.
SIZES = ((-300, -160), (-160, -20), (-20, -3), (-3, 3), (3, 20), (20, 140), (-300, 300))
TENSORS = {(3, 3): ((-300, -20), (-3, 140), (-300, 300)), (2,): ((-300, 300),)}
ZEROS = 0.1


def by_function(case):
    """Whether a rule makes sense only along the gradients of one function."""
    rule = OPTIMIZERS[CASES[case][0]]
    return rule.full_batch and not rule.curvature


def sizes(random, low, high, steps):
    """How large the gradients of each step are; some are zero."""
    return 10.0 ** random.uniform(low, high, steps) * (random.random(steps) > ZEROS)


def streams(name, steps):
    """Shapes and gradients (steps, n), which turn their signs, for as many steps in all."""
    scope = OPTIMIZERS[name].scope
    random = np.random.default_rng(12)
    if scope == "parameter":
        factors = np.array([sizes(random, *band, steps) for band in SIZES]).T
        yield ((len(SIZES),),), factors * random.normal(size=factors.shape)
    elif scope == "tensor":
        tensors_of = {**TENSORS, **SIZES_OF_TENSORS.get(name, {})}
        shapes = tuple(shape for shape, bands in tensors_of.items() for _ in bands)
        parts = [
            sizes(random, *band, steps)[:, np.newaxis] * random.normal(size=(steps, prod(shape)))
            for shape, bands in tensors_of.items()
            for band in bands
        ]
        yield shapes, np.hstack(parts)
    else:
        for band in SIZES:
            factors = sizes(random, *band, steps // len(SIZES))[:, np.newaxis]
            yield ((5,),), factors * random.normal(size=(len(factors), 5))


def bowl(random, n):
    """A symmetric matrix with eigenvalues from 1 on."""
    a = random.normal(size=(n, n))
    return a @ a.T + np.eye(n)


def steps_of(name, hyper, shapes):
    """What makes a step of a rule: rules that are given Hessians are not stepped by hand."""
    if OPTIMIZERS[name].curvature:
        return Plain(name, shapes, hyper).step
    stepper = optplay.optimizer(name, shapes=shapes, weight_decay=0.0, **hyper)
    return lambda w, g, hessian: stepper.step(w, g)


def assert_equal_steps(name, hyper, shapes, gradients):
    """Every other step starts at zero, so that the weights after it are the step itself."""
    random, n = np.random.default_rng(3), gradients.shape[1]
    step, reference = steps_of(name, hyper, shapes), Reference(name, hyper)
    w, befores, found, expected = np.linspace(-1, 2, n), [], [], []
    with np.errstate(all="ignore"):
        for t, g in enumerate(gradients):
            befores.append(w := w if t % 2 else 0 * w)
            hessian = np.abs(g).max() * bowl(random, n) if OPTIMIZERS[name].curvature else None
            found.append(step(w, g, hessian))
            w = flat(reference.step(tensors(w, shapes), tensors(g, shapes), hessian=hessian))
            expected.append(w)
    assert_close(found, expected, befores)


def assert_close(found, expected, befores):
    with np.errstate(all="ignore"):
        # Where a step takes a weight to about zero, the rounding of what it was is left.
        rounding = 1e-14 * np.abs(befores) + 1e-300
        off = np.abs(np.subtract(found, expected)) > 1e-9 * np.abs(expected) + rounding
    assert not off.any()
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(expected))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))


@pytest.mark.parametrize("case", [c for c in CASES if not by_function(c)])
def test_as_the_reference_along_gradients_of_any_size(case):
    name, given = CASES[case]
    rule = OPTIMIZERS[name]
    for shapes, gradients in streams(name, STEPS_OF_OPTIONS if given else STEPS):
        assert_equal_steps(name, rule.complete(given), shapes, gradients)


@pytest.mark.parametrize("case", [c for c in CASES if by_function(c)])
def test_as_the_reference_down_bowls_of_any_size(case):
    """What a step has to do with the one before is lost on gradients that chance draws."""
    name, given = CASES[case]
    hyper, random, n, each = OPTIMIZERS[name].complete(given), np.random.default_rng(4), 5, 25
    # Further on y·y overflows, and what is left of a step are rounding errors.
    for size in 10.0 ** np.linspace(-300, 150, STEPS // each):
        a, goal, shapes = bowl(random, n), random.normal(size=n), ((n,),)
        step, reference = steps_of(name, hyper, shapes), Reference(name, hyper)
        w, befores, found, expected = np.zeros(n), [], [], []
        with np.errstate(all="ignore"):
            for _ in range(each):
                g = size * (a @ (w - goal))
                befores.append(np.maximum(np.abs(w), np.abs(goal)))
                found.append(step(w, g, None))
                w = flat(reference.step([w], [g]))
                expected.append(w)
        assert_close(found, expected, 1e3 * np.array(befores))
