"""The losses of many weights, against the network's output by NumPy, to the last bit."""

import numpy as np
import pytest

from optplay.arithmetic.lanes import LANES
from optplay.problems import ACTIVATIONS, LOSSES, Problem
from optplay.problems.forward import outputs
from optplay.problems.network_losses import losses_scratch, sample_losses
from optplay.training.losses import NUMBERS_AT_ONCE, mean_losses


def by_numpy(problem, weights):
    samples = problem.draw()
    inputs, labels = samples.inputs[samples.train], samples.labels[samples.train]
    with np.errstate(all="ignore"):
        return LOSSES[problem.loss].value(outputs(problem, weights, inputs), labels).mean(axis=-1)


def some_weights(problem, count):
    random = np.random.default_rng(0)
    # Also of runs that are diverging.
    sizes = random.choice([0.1, 1.0, 30.0, 1e200], size=(count, 1))
    return sizes * random.normal(size=(count, problem.parameter_count))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (1,), (8,), (20, 7), (3, 12, 1, 9)])
@pytest.mark.filterwarnings("error")
def test_mean_losses_are_numpys(hidden, activation, loss):
    for samples in (3, 8, 201):
        problem = Problem(
            hidden=hidden, activation=activation, loss=loss, samples=samples, test_fraction=0.3
        )
        weights = some_weights(problem, 40)
        np.testing.assert_array_equal(mean_losses(problem, weights), by_numpy(problem, weights))


def test_any_number_of_weights_in_any_layout():
    problem = Problem(hidden=(2,), samples=1000)
    at_once = NUMBERS_AT_ONCE // 1000
    for count in (0, 1, at_once - 1, at_once, at_once + 1, 3 * at_once + 2):
        weights = np.asfortranarray(some_weights(problem, count))
        weights.flags.writeable = False
        np.testing.assert_array_equal(mean_losses(problem, weights), by_numpy(problem, weights))


def test_it_is_plain_python():
    problem = Problem(hidden=(3, 2), samples=LANES)
    samples, weights = problem.draw(), some_weights(problem, 4)
    found = np.empty((4, LANES))
    with np.errstate(all="ignore"):
        sample_losses(
            weights, samples.inputs.T, samples.labels, problem.layout, losses_scratch(problem),
            found,
        )  # fmt: skip
        means = found.mean(axis=-1)
    np.testing.assert_array_equal(means, mean_losses(problem, weights))
