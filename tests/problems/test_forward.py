"""The vectorised output agrees with the compiled network's loss and hits."""

import numpy as np
import pytest

from optplay.problems import Problem
from optplay.problems.forward import outputs, scores
from optplay.problems.network import mean_gradient, scratch_of
from optplay.problems.problem import ACTIVATIONS

SIZES = [(), (5,), (3, 4), (2, 3, 2)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", SIZES)
def test_each_output_has_the_loss_that_the_network_trains_on(activation, hidden):
    problem = Problem(hidden=hidden, activation=activation, loss="mse", samples=7)
    samples, w = problem.draw(), np.random.default_rng(1).normal(size=problem.parameter_count)
    z = outputs(problem, w, samples.inputs)
    work = scratch_of(problem)
    for row, label in enumerate(samples.labels):
        loss, _ = mean_gradient(
            w, np.zeros_like(w), samples.inputs, samples.labels, np.array([row]), 0, 1,
            problem.layout, work,
        )  # fmt: skip
        assert (z[row] - label) ** 2 == pytest.approx(loss, rel=1e-12)


def test_many_weights_at_once_are_each_as_alone():
    problem = Problem(hidden=(4, 3), activation="tanh")
    inputs = problem.draw().inputs
    many = np.random.default_rng(2).normal(size=(3, 2, problem.parameter_count))
    found = outputs(problem, many, inputs)
    assert found.shape == (3, 2, len(inputs))
    for place in np.ndindex(3, 2):
        np.testing.assert_allclose(found[place], outputs(problem, many[place], inputs), rtol=1e-12)


def test_a_score_is_the_probability_or_the_output_between_its_targets():
    inputs = np.array([[1.0, 0.0], [-9.0, 0.0], [9.0, 0.0]])
    line = np.array([2.0, 0.0, 0.0])  # z = 2x
    logistic = 1 / (1 + np.exp([-2.0, 18.0, -18.0]))
    found = scores(Problem(hidden=(), loss="bce"), line, inputs)
    np.testing.assert_allclose(found, logistic, atol=1e-15)
    assert scores(Problem(hidden=(), loss="mse"), line / 8, inputs).tolist() == [0.25, 0.0, 1.0]


def test_a_score_of_half_mse_is_half_way_between_its_targets_at_0():
    problem, line = Problem(hidden=(), loss="half_mse"), np.array([0.5, 0.0, 0.0])
    inputs = np.array([[-4.0, 0.0], [-2.0, 0.0], [0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    assert scores(problem, line, inputs).tolist() == [0.0, 0.0, 0.5, 0.75, 1.0]
