"""The closed form of the Hessian, against central differences of the gradient and a textbook's."""

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from optplay.experiments.sharpness import difference_hessian
from optplay.problems import ACTIVATIONS, LOSSES, SURFACES, Problem, SurfaceProblem, network_hessian
from optplay.training.adapters import as_mean_hessian, hessian_room
from optplay.training.compilation import compiled_bend, compiled_gradient

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
        w, h, samples.inputs, samples.labels, samples.train.copy(),
        0, samples.train.size, problem.layout,
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
        h = hessian_by(compiled_bend(problem), problem, w)
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
            hessian_by(compiled_bend(problem), problem, w), plain, rtol=1e-11, atol=1e-14
        )


def test_without_hidden_layers_it_is_logistic_regressions():
    problem, w = Problem(hidden=()), np.array([0.3, -0.7, 0.2])
    x = np.c_[problem.draw().inputs, np.ones(200)]
    p = 1 / (1 + np.exp(-x @ w))
    expected = x.T @ (x * (p * (1 - p))[:, np.newaxis]) / 200
    np.testing.assert_allclose(
        hessian_by(compiled_bend(problem), problem, w), expected, rtol=1e-13, atol=1e-16
    )


def test_only_the_training_samples_count():
    held_out = Problem(samples=20, test_fraction=0.5, activation="tanh")
    w = held_out.initial_weights(0).copy()
    h = hessian_by(compiled_bend(held_out), held_out, w)
    alone = Problem(samples=10, activation="tanh")
    assert np.array_equal(held_out.draw().inputs[:10], alone.draw().inputs)
    assert np.array_equal(h, hessian_by(compiled_bend(alone), alone, w))


def test_at_relus_kink_there_is_no_bend():
    # All weights zero: every neuron stands at its kink, and only the last bias bends the loss.
    problem = Problem()
    h = hessian_by(compiled_bend(problem), problem, np.zeros(33))
    assert h[-1, -1] == pytest.approx(0.25)
    assert np.count_nonzero(h) == 1


@pytest.mark.parametrize("bias", [900.0, -900.0])
def test_a_saturated_output_is_flat_not_undefined(bias):
    problem = Problem(hidden=())
    h = hessian_by(compiled_bend(problem), problem, np.array([0.0, 0.0, bias]))
    assert np.array_equal(h, np.zeros((3, 3)))


def test_a_batch_is_part_of_the_rows():
    problem, w = Problem(samples=20, activation="tanh"), Problem().initial_weights(0).copy()
    samples, rows = problem.draw(), np.arange(20)[::-1].copy()
    found, expected = np.zeros((33, 33)), np.zeros((33, 33))
    bend, room = compiled_bend(problem), hessian_room(problem)
    bend(w, found, samples.inputs, samples.labels, rows, 5, 12, problem.layout, *room)
    batch = rows[5:12].copy()
    bend(w, expected, samples.inputs, samples.labels, batch, 0, 7, problem.layout, *room)
    assert np.array_equal(found, expected)
    assert np.count_nonzero(found) > 500


def bend_of(problem, w, bend=None):
    """The Hessian of a surface, which may be computed as if w could be moved, but leaves it."""
    samples, at, h = problem.draw(), w.copy(), np.full((w.size, w.size), np.nan)
    (bend or compiled_bend(problem))(
        at, h, samples.inputs, samples.labels, np.zeros(1, dtype=np.int64), 0, 1, problem.layout,
        *hessian_room(problem),
    )  # fmt: skip
    assert np.array_equal(at, w)
    return h


def test_a_surfaces_hessian_is_known_to_ten_digits():
    surface = SurfaceProblem(surface="rosenbrock")
    for x, y in ((1.0, 1.0), (-1.5, 2.0), (0.0, 0.0)):
        exact = np.array([[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200]])
        found = bend_of(surface, np.array([x, y]))
        np.testing.assert_allclose(found, exact, atol=1e-9 * np.abs(exact).max())


@pytest.mark.parametrize("name", SURFACES)
def test_a_surfaces_hessian_is_symmetric_and_that_of_plain_python(name):
    surface = SurfaceProblem(surface=name)
    w = np.array(surface.start) + 0.1
    h, plain = bend_of(surface, w), as_mean_hessian(surface.declared.gradient)
    assert np.array_equal(h, h.T)
    np.testing.assert_allclose(bend_of(surface, w, plain), h, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(difference_hessian(surface.slope, w), h, rtol=1e-9, atol=1e-9)
