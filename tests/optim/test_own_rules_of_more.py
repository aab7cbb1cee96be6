"""Rules that a user writes with what a rule may ask for: matrices, T, plain NumPy."""

import numpy as np
import pytest

import optplay
from optplay.arithmetic import sqrt, where
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS, Hyperparameter, Optimizer
from optplay.optim.declaration import Slot
from optplay.optim.slots import slot
from optplay.problems import Problem
from optplay.training import RunConfig, one_update, train
from optplay.training.trainer import stream_together

RATE = Hyperparameter("lr", 0.1, "rate")


def by_rows(w, g, state, places, hyper, corrections, lr, t):
    """Momentum, each row of which is as long as the part of the run that is left."""
    m, x = slot(state, places, 0), slot(state, places, 1)
    left = 1.0 - (t - 1) / hyper[1]
    for i in range(w.shape[0]):
        total = 0.0
        for j in range(w.shape[1]):
            m[i, j] = hyper[0] * m[i, j] + g[i, j]
            x[i, j] = m[i, j] * m[i, j]
            total += x[i, j]
        size = sqrt(total)
        scale = where(size > 0.0, left / size, 0.0)
        for j in range(w.shape[1]):
            w[i, j] -= lr * scale * m[i, j]


def plain(w, g, state, places, hyper, corrections, lr, t):
    state[0, :] += np.sort(np.abs(g.ravel()))
    w -= lr * g


def raising(w, g, state, places, hyper, corrections, lr, t):
    if t == 7:
        raise ValueError("no seventh step")
    w -= lr * g


OWN = [
    Optimizer(
        "by_rows", "Rows", "An idea.", "mine", 2026,
        (RATE, Hyperparameter("beta", 0.9, "memory", high_open=True)), ("m",), by_rows,
        scope="tensor", scratch=(Slot("x"),), total=True,
    ),
    Optimizer(
        "plain", "Plain", "An idea.", "mine", 2026, (RATE,), ("sorted",), plain, scope="whole",
        compiled=False,
    ),
    Optimizer(
        "raising", "Raising", "An idea.", "mine", 2026, (RATE,), (), raising, scope="whole",
        compiled=False,
    ),
]  # fmt: skip


@pytest.fixture(autouse=True)
def own(monkeypatch):
    known = {**OPTIMIZERS, **{rule.name: rule for rule in OWN}}
    monkeypatch.setitem(vars(OPTIMIZERS), "_known", known)


def config(name, seed=0):
    problem = Problem(samples=20, batch_size=5, hidden=(3,))
    return RunConfig(problem=problem, optimizer=name, epochs=5, seed=seed)


def test_a_rule_of_matrices_that_asks_for_the_number_of_steps():
    history = train(config("by_rows"))
    w, m = history.weights[0].copy(), np.zeros(13)
    for step in range(1, 21):
        update = one_update(history, step)
        m = 0.9 * m + update.gradient
        # Of each neuron its two weights, of the biases each, of the output its three weights.
        for row in ([0, 1], [2, 3], [4, 5], [6], [7], [8], [9, 10, 11], [12]):
            size = np.linalg.norm(m[row])
            w[row] -= 0.1 * (1 - (step - 1) / 20) * m[row] / size if size else 0.0
        np.testing.assert_allclose(update.after, w, rtol=1e-12)


def test_in_lockstep_it_is_what_it_is_alone():
    *_, together = stream_together([config("by_rows", seed) for seed in range(5)])
    for seed, history in enumerate(together):
        alone = train(config("by_rows", seed))
        assert np.array_equal(history.weights, alone.weights)
        assert np.array_equal(history.states, alone.states)


def test_by_hand_it_has_to_be_told_the_number_of_steps():
    with pytest.raises(InputError, match="steps is missing: by_rows"):
        optplay.optimizer("by_rows", shapes=[(2, 2)])
    stepper = optplay.optimizer("by_rows", shapes=[(2, 2)], steps=2)
    w = stepper.step([1.0, 1.0, 1.0, 1.0], [3.0, 4.0, 0.0, 2.0])
    np.testing.assert_allclose(w, [1 - 0.06, 1 - 0.08, 1.0, 0.9], rtol=1e-15)
    w = stepper.step(w, [0.3, 0.4, 0.0, 0.0], lr=0.2)
    np.testing.assert_allclose(w, [0.94 - 0.06, 0.92 - 0.08, 1.0, 0.8], rtol=1e-12)


def test_a_rule_in_plain_numpy_goes_where_sgd_goes():
    history, sgd = train(config("plain")), train(
        RunConfig(
            problem=config("plain").problem, optimizer="sgd", hyperparameters={"lr": 0.1}, epochs=5
        )
    )  # fmt: skip
    assert np.array_equal(history.weights, sgd.weights)
    assert not history.exact
    gradients = [np.sort(np.abs(one_update(history, step).gradient)) for step in range(1, 21)]
    np.testing.assert_allclose(history.states[-1, 0], np.sum(gradients, axis=0), rtol=1e-12)


def test_what_it_raises_is_told_with_the_step():
    with pytest.raises(InputError, match=r"raising: step 7: it raised ValueError: no seventh step"):
        train(config("raising"))
