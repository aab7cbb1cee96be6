"""The closed form of the Hessian, against central differences of the gradient and a textbook's."""

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from optplay.experiments.sharpness import difference_hessian
from optplay.problems import ACTIVATIONS, LOSSES, Problem, network_hessian
from optplay.training.compilation import compiled_gradient, compiled_hessian

CLOSE = 1e-6
SAMPLES = 5
KINK = 1e-3  # a relu this near to its kink would be bent by the differences, not by the formula


def gradient_of(problem):
    samples, compiled = problem.draw(), compiled_gradient()

    def gradient(w):
        g = np.empty_like(w)
        compiled(
            w, g, samples.inputs, samples.labels, samples.train.copy(), 0, samples.train.size,
            problem.layout, np.empty((3, sum(problem.sizes))),
        )  # fmt: skip
        return g

    return gradient


def hessian_by(function, problem, w):
    """What `function` writes, whatever the room it is given held before."""
    samples, n, neurons = problem.draw(), w.size, sum(problem.sizes[1:])
    h = np.full((n, n), np.nan)
    function(
        w, h, samples.inputs, samples.labels, samples.train.copy(), problem.layout,
        np.full((4, neurons), np.nan), np.full((neurons, n), np.nan),
    )  # fmt: skip
    return h


def nearest_to_kink(problem, w):
    """The least |s| of any hidden neuron on any sample."""
    a, p, nearest = problem.draw().inputs, 0, np.inf
    for fan_in, fan_out in zip(problem.sizes[:-2], problem.sizes[1:-1], strict=True):
        s = a @ w[p : p + fan_in * fan_out].reshape(fan_out, fan_in).T
        p += fan_in * fan_out
        s += w[p : p + fan_out]
        p += fan_out
        nearest, a = min(nearest, np.abs(s).min()), np.maximum(s, 0)
    return nearest


def widths(depth):
    return st.lists(st.integers(1, 5), min_size=depth, max_size=depth)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_it_is_what_differences_of_the_gradient_come_to(depth, activation, loss):
    @given(widths(depth), st.integers(0, 2**32 - 1))
    def sweep(hidden, seed):
        problem = Problem(hidden=hidden, activation=activation, loss=loss, samples=SAMPLES)
        w = np.random.default_rng(seed).uniform(-1.2, 1.2, problem.parameter_count)
        assume(activation != "relu" or nearest_to_kink(problem, w) > KINK)
        h = hessian_by(compiled_hessian(), problem, w)
        by_differences = difference_hessian(gradient_of(problem), w)
        assert np.linalg.norm(h - by_differences) <= CLOSE * max(np.linalg.norm(h), 1e-3)
        assert np.array_equal(h, h.T)

    sweep()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_plain_python_and_machine_code_agree(activation, loss):
    for hidden in ((), (3,), (3, 4), (2, 4, 3)):
        problem = Problem(hidden=hidden, activation=activation, loss=loss, samples=SAMPLES)
        w = np.random.default_rng(1).uniform(-1.2, 1.2, problem.parameter_count)
        plain = hessian_by(network_hessian.mean_hessian, problem, w)
        np.testing.assert_allclose(
            hessian_by(compiled_hessian(), problem, w), plain, rtol=1e-11, atol=1e-14
        )


def test_without_hidden_layers_it_is_logistic_regressions():
    problem, w = Problem(hidden=()), np.array([0.3, -0.7, 0.2])
    x = np.c_[problem.draw().inputs, np.ones(200)]
    p = 1 / (1 + np.exp(-x @ w))
    expected = x.T @ (x * (p * (1 - p))[:, np.newaxis]) / 200
    np.testing.assert_allclose(
        hessian_by(compiled_hessian(), problem, w), expected, rtol=1e-13, atol=1e-16
    )


def test_only_the_training_samples_count():
    held_out = Problem(samples=20, test_fraction=0.5, activation="tanh")
    w = held_out.initial_weights(0).copy()
    h = hessian_by(compiled_hessian(), held_out, w)
    alone = Problem(samples=10, activation="tanh")
    assert np.array_equal(held_out.draw().inputs[:10], alone.draw().inputs)
    assert np.array_equal(h, hessian_by(compiled_hessian(), alone, w))


def test_at_relus_kink_there_is_no_bend():
    # All weights zero: every neuron stands at its kink, and only the last bias bends the loss.
    problem = Problem()
    h = hessian_by(compiled_hessian(), problem, np.zeros(33))
    assert h[-1, -1] == pytest.approx(0.25)
    assert np.count_nonzero(h) == 1


@pytest.mark.parametrize("bias", [900.0, -900.0])
def test_a_saturated_output_is_flat_not_undefined(bias):
    h = hessian_by(compiled_hessian(), Problem(hidden=()), np.array([0.0, 0.0, bias]))
    assert np.array_equal(h, np.zeros((3, 3)))
