"""Gradients of any size, and memories that fade slowly: as PyTorch, and no less exact."""

from fractions import Fraction

import numpy as np
import pytest

import optplay
from optplay.optim import OPTIMIZERS

CASES = ("huge", "huge at first", "large", "tiny", "infinite", "not a number")
RULES = (
    "sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "amsgrad",
    "adamax", "nadam", "radam",
)  # fmt: skip


def numbers(rows):
    return np.array(rows, dtype=np.float64)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", RULES)
def test_as_pytorch(name, case, torch_extremes):
    recorded = torch_extremes["rules"][name]
    stepper = optplay.optimizer(name, **recorded["hyperparameters"])
    w = numbers(torch_extremes["start"])
    expected = numbers(recorded["weights"][case])
    for g, after in zip(numbers(torch_extremes["cases"][case]), expected, strict=True):
        w = stepper.step(w, g)
        # PyTorch's mean of an infinite gradient is NaN one step later, as it takes differences.
        known = np.isfinite(after)
        np.testing.assert_array_equal(np.isfinite(w), known)
        np.testing.assert_allclose(w[known], after[known], rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", ["adam", "adamw", "amsgrad", "adamax", "nadam", "radam"])
def test_a_slowly_fading_memory(name, torch_extremes):
    recorded, w = torch_extremes["slow"][name], numbers(torch_extremes["start"])
    stepper, found = optplay.optimizer(name, **recorded["hyperparameters"]), []
    for t, g in enumerate(numbers(torch_extremes["gradients"]), start=1):
        w = stepper.step(w, g)
        if t % 10 == 0:
            found.append(w)
    np.testing.assert_allclose(found, numbers(recorded["weights"]), rtol=1e-12)


@pytest.mark.parametrize("g", [np.inf, -np.inf, np.nan, 1e200, -1e-200, 0.0])
def test_lions_steps_are_of_one_size(g):
    """The sign of what is no number is no number, as `torch.sign` has it."""
    w = optplay.optimizer("lion", lr=0.01).step([1.0], [g])
    np.testing.assert_array_equal(w, [1.0 - 0.01 * np.sign(g)])


@pytest.mark.parametrize("beta", [0.9, 0.99995, 1 - 1e-5])
def test_a_correction_loses_no_digits(beta):
    """1 - βᵗ, read off a step of Adam's, against fractions: 1 - β**t is off by 1e-12 of it."""
    stepper = optplay.optimizer("adam", lr=1.0, beta1=beta, beta2=0.0, epsilon=1e-30)
    exact, w = Fraction(beta), np.zeros(1)
    for t in range(1, 200):
        before, w = w, stepper.step(w, [1.0])
        # With gradients of 1 the mean and its correction are the same: each step is of size 1.
        assert w[0] - before[0] == pytest.approx(-1, abs=t * 1e-15)
        mean = float(1 - exact**t)
        assert stepper.state[0, 0] == pytest.approx(mean, rel=1e-15 * (1 + t**0.5))


def test_rules_are_all_here(torch_extremes):
    assert set(torch_extremes["rules"]) == set(RULES) <= set(OPTIMIZERS)
