"""The network's gradient, against finite differences, and its loss, against NumPy."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from optplay.problems import ACTIVATIONS, LOSSES, Problem, network
from optplay.training.compilation import compiled_gradient

KINK = 1e-3
H = 2e-6


class Case(NamedTuple):
    """A network with its weights, and a batch."""

    problem: Problem
    w: np.ndarray
    inputs: np.ndarray
    labels: np.ndarray


def case(hidden, activation, loss, batch, seed) -> Case:
    problem = Problem(hidden=hidden, activation=activation, loss=loss)
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, size=batch).astype(float)
    w = random.uniform(-1.2, 1.2, size=problem.parameter_count)
    return Case(problem, w, random.uniform(-2, 2, size=(batch, 2)), labels)


def gradient(function, c: Case, w=None, rows=None):
    """Sum of losses, hits and gradient, by `function` on the case's batch."""
    g = np.full_like(c.w, np.nan)
    rows = np.arange(len(c.labels)) if rows is None else np.array(rows)
    loss, hits = function(
        c.w if w is None else w, g, c.inputs, c.labels, rows, 0, len(rows),
        c.problem.layout, np.full_like(network.scratch_of(c.problem), np.nan),
    )  # fmt: skip
    return loss, hits, g


def forward(c: Case):
    """The outputs of the network and the least distance of a neuron from relu's kink."""
    apply = {
        "relu": lambda z: np.maximum(z, 0),
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "identity": lambda z: z,
    }[c.problem.activation]
    a, p, nearest, sizes = c.inputs, 0, np.inf, c.problem.sizes
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        matrix = c.w[p : p + fan_in * fan_out].reshape(fan_out, fan_in)
        p += fan_in * fan_out
        z = a @ matrix.T + c.w[p : p + fan_out]
        p += fan_out
        if layer < len(sizes) - 2:
            nearest, a = min(nearest, np.abs(z).min()), apply(z)
    return z[:, 0], nearest


def losses(kind, z, y):
    """The loss of each sample, in another form than the library's."""
    if kind == "mse":
        return (z - y) ** 2
    if kind == "half_mse":
        return (z - np.where(y == 1, 1, -1)) ** 2 / 2
    return np.logaddexp(0, np.where(y == 1, -z, z))


batches = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def widths(depth):
    return st.lists(st.integers(1, 6), min_size=depth, max_size=depth)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_gradient_is_that_of_finite_differences(depth, activation, loss):
    compiled = compiled_gradient()

    @given(widths(depth), batches, seeds)
    def sweep(hidden, batch, seed):
        c = case(hidden, activation, loss, batch, seed)
        if activation == "relu":
            assume(forward(c)[1] > KINK)
        _, _, g = gradient(compiled, c)
        slope = np.empty_like(g)
        for i in range(g.size):
            up, down = c.w.copy(), c.w.copy()
            up[i] += H
            down[i] -= H
            rise = gradient(compiled, c, up)[0] - gradient(compiled, c, down)[0]
            slope[i] = rise / (up[i] - down[i]) / batch
        size = max(np.abs(g).max(), gradient(compiled, c)[0] / batch * 1e-2, 1e-2)
        np.testing.assert_allclose(g, slope, rtol=1e-6, atol=1e-6 * size)

    sweep()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_plain_python_and_machine_code_agree(activation, loss):
    for depth, seed in [(0, 1), (1, 2), (2, 3), (3, 4)]:
        c = case([3, 5, 2][:depth], activation, loss, 4, seed)
        plain, compiled = gradient(network.mean_gradient, c), gradient(compiled_gradient(), c)
        assert plain[1] == compiled[1]
        assert compiled[0] == plain[0]
        np.testing.assert_array_equal(compiled[2], plain[2])


@given(
    st.integers(0, 3).flatmap(widths),
    st.sampled_from(list(ACTIVATIONS)),
    st.sampled_from(list(LOSSES)),
    batches,
    seeds,
)
def test_loss_and_hits_are_numpys(hidden, activation, loss, batch, seed):
    c = case(hidden, activation, loss, batch, seed)
    z, _ = forward(c)
    found, hits, _ = gradient(network.mean_gradient, c)
    np.testing.assert_allclose(found, losses(loss, z, c.labels).sum(), rtol=1e-12, atol=1e-14)
    assert hits == np.sum((z > (0.5 if loss == "mse" else 0)) == (c.labels == 1))


@given(batches, seeds)
def test_the_lessons_shape_is_no_different(batch, seed):
    lesson = case([8], "relu", "bce", batch, seed)
    # A ninth neuron that nothing reaches takes the general path through the same numbers.
    keep = np.r_[0:16, 18:26, 27:35, 36]
    w = np.zeros(37)
    w[keep] = lesson.w
    general = Case(Problem(hidden=[9]), w, lesson.inputs, lesson.labels)
    for function in (network.mean_gradient, compiled_gradient()):
        loss, hits, g = gradient(function, lesson)
        other_loss, other_hits, other = gradient(function, general)
        assert hits == other_hits
        np.testing.assert_allclose(loss, other_loss, rtol=1e-12)
        np.testing.assert_allclose(g, other[keep], rtol=1e-12, atol=1e-14)
        assert np.delete(other, keep).tolist() == [0, 0, 0, 0]


def test_only_the_given_rows_count_in_the_given_order():
    c = case([4], "tanh", "bce", 5, 0)
    loss, _, g = gradient(network.mean_gradient, c, rows=[3, 1])
    part = Case(c.problem, c.w, c.inputs[[3, 1]], c.labels[[3, 1]])
    assert loss == gradient(network.mean_gradient, part)[0]
    assert np.array_equal(g, gradient(network.mean_gradient, part)[2])


@pytest.mark.parametrize(("bias", "label", "expected"), [(900, 0, 900.0), (-900, 1, 900.0)])
def test_a_saturated_wrong_answer_keeps_its_gradient(bias, label, expected):
    c = Case(
        Problem(hidden=[]), np.array([0.0, 0.0, bias]), np.ones((1, 2)), np.array([float(label)])
    )
    for function in (network.mean_gradient, compiled_gradient()):
        loss, hits, g = gradient(function, c)
        assert (loss, hits) == (expected, 0)
        assert g.tolist() == [1 - 2 * label] * 3
