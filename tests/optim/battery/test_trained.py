"""Networks trained by each rule, with and without wrappers, against the reference."""

import numpy as np
import pytest
from msgspec.structs import replace

from optplay.optim import OPTIMIZERS, WRAPPERS
from optplay.problems import Problem
from optplay.problems.network import scratch_of
from optplay.training import train
from optplay.training.adapters import hessian_room
from optplay.training.compilation import compiled_bend, compiled_gradient

from .cases import CASES, other, plainly, run_of, wrapped
from .reference import Reference, flat, tensors


class Network:
    """The gradient and the Hessian of a network's mean loss over some of its samples."""

    def __init__(self, problem: Problem):
        self.problem, self.samples = problem, problem.draw()

    def gradient(self, w, rows):
        g, samples = np.empty_like(w), self.samples
        compiled_gradient()(
            w, g, samples.inputs, samples.labels, rows, 0, rows.size, self.problem.layout,
            scratch_of(self.problem),
        )  # fmt: skip
        return g

    def hessian(self, w, rows):
        h, samples = np.empty((w.size, w.size)), self.samples
        compiled_bend(self.problem)(
            w, h, samples.inputs, samples.labels, rows, 0, rows.size, self.problem.layout,
            *hessian_room(self.problem),
        )  # fmt: skip
        return h


def epochs_of(config):
    """The weights and those to evaluate, after each epoch, as the reference trains."""
    problem, network = config.problem, Network(config.problem)
    reference = Reference(config.optimizer, config.hyperparameters, config.wrappers)
    w = tensors(problem.initial_weights(config.seed), problem.shapes)
    orders = problem.orders(config.seed, 0, config.epochs)
    for epoch in range(config.epochs):
        order = orders[epoch % len(orders)]
        for first in range(0, len(order), problem.batch_size):
            rows = order[first : first + problem.batch_size].copy()
            probe = flat(reference.probe(w, gradient_of(network, flat(w), rows, problem)))
            g = gradient_of(network, probe, rows, problem)
            bent = network.hessian(flat(w), rows) if config.rule.curvature else None
            w = reference.step(w, g, hessian=bent)
        yield flat(w), flat(reference.evaluated(w))


# Gradients of full rank: in which directions of no gradient SOAP's bases point is left open.
SQUARE = {"hidden": (2, 2)}


def gradient_of(network, w, rows, problem):
    return tensors(network.gradient(w, rows), problem.shapes)


def assert_trained_as_the_reference(config):
    history = train(config)
    start = history.at(0)[0]
    np.testing.assert_array_equal(history.evaluated(0), start)
    for epoch, (w, evaluated) in enumerate(epochs_of(config), start=1):
        assert not np.array_equal(w, start)
        # What was rounded otherwise grows as the run goes on.
        close = {"rtol": 1e-9, "atol": 1e-10}
        np.testing.assert_allclose(history.at(epoch)[0], w, **close)
        np.testing.assert_allclose(history.evaluated(epoch), evaluated, **close)


@pytest.mark.parametrize("case", CASES)
def test_a_network(case):
    name, given = CASES[case]
    assert_trained_as_the_reference(plainly(run_of(name, given, SQUARE, epochs=2)))


WRAPPER_CASES = {
    "-".join([name, *given]): (name, given)
    for name, wrapper in WRAPPERS.items()
    for given in [{}, {h.name: other(h) for h in wrapper.hyperparameters}]
}


@pytest.mark.parametrize("case", WRAPPER_CASES)
@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_a_network_in_a_wrapper(rule, case):
    name, given = WRAPPER_CASES[case]
    config = plainly(run_of(rule, epochs=2, problem=SQUARE | {"batch_size": 2}))
    assert_trained_as_the_reference(replace(config, wrappers={name: given}))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_network_in_all_wrappers(name):
    assert_trained_as_the_reference(
        replace(plainly(run_of(name, problem=SQUARE, epochs=2)), wrappers=wrapped(name))
    )
