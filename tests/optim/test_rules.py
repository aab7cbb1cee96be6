"""Every update rule, against PyTorch, the papers, and itself in plain Python."""

import numpy as np
import pytest

import optplay
from optplay.optim import OPTIMIZERS

from .made import made, rates

TRACES = {
    "sgd": "sgd",
    "momentum": "momentum",
    "nesterov_torch": "nesterov",
    "rmsprop": "rmsprop",
    "adam": "adam",
    "adam_l2": "adam",
    "adamw": "adamw",
    "amsgrad": "amsgrad",
    "adagrad": "adagrad",
    "adadelta": "adadelta",
    "adamax": "adamax",
    "nadam": "nadam",
    "radam": "radam",
}
NAMES = [
    "sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "amsgrad",
    "adagrad", "adadelta", "adamax", "nadam", "radam", "lion",
]  # fmt: skip


def gradients(steps: int, n: int, seed: int = 0) -> np.ndarray:
    """Gradients of very different sizes; the first parameter never gets one, the second rarely."""
    random = np.random.default_rng(seed)
    drawn = random.normal(size=(steps, n)) * 10.0 ** random.integers(-3, 3, size=(steps, n))
    drawn[:, 0] = 0
    drawn[5:25, 1] = 0
    return drawn


def defaults(name):
    """The declaration, its learning rate and its other hyperparameters as the rule gets them."""
    rule = OPTIMIZERS.find(name)
    lr, *others = (float(v) for v in rule.complete({}).values())
    return rule, lr, np.array(others)


def test_those_tested_are_there():
    assert set(NAMES) <= set(OPTIMIZERS)


def test_every_recorded_trace_is_tested(torch_traces):
    assert set(TRACES) == set(torch_traces)


@pytest.mark.parametrize("trace", TRACES)
def test_agrees_with_torch(trace, torch_traces):
    recorded = torch_traces[trace]
    stepper = optplay.optimizer(TRACES[trace], **recorded["hyperparameters"])
    w, checked = np.array(recorded["start"]), 0
    for t, g in enumerate(recorded["gradients"], start=1):
        w = stepper.step(w, g)
        if str(t) in recorded["weights"]:
            # A weight that passes near zero is measured against the size of all of them.
            expected = np.array(recorded["weights"][str(t)])
            size = np.abs(expected).max()
            np.testing.assert_allclose(w, expected, rtol=1e-12, atol=1e-14 * size)
            checked += 1
    assert checked == len(recorded["weights"])


def test_lion_follows_the_papers_algorithm():
    lr, beta1, beta2, decay = 0.003, 0.8, 0.95, 0.1
    stepper = optplay.optimizer("lion", lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay)
    w = np.array([0.0, 0.5, -1.0, 2.0])
    theta, m = w.tolist(), [0.0] * 4
    for g in gradients(60, 4).tolist():
        w = stepper.step(w, g)
        for i in range(4):
            c = beta1 * m[i] + (1 - beta1) * g[i]
            theta[i] -= lr * ((c > 0) - (c < 0) + decay * theta[i])
            m[i] = beta2 * m[i] + (1 - beta2) * g[i]
        np.testing.assert_allclose(w, theta, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_plain_python_and_machine_code_agree(name):
    rule, lr, hyper = defaults(name)
    stepper = optplay.optimizer(name, weight_decay=0.0)
    plain = np.array([0.0, 1.0, -2.0, 0.3, 5.0])
    compiled, state = plain.copy(), np.zeros((len(rule.slots), plain.size))
    for t, g in enumerate(gradients(60, plain.size), start=1):
        rule.step(plain, g, state, hyper, 1 - hyper**t, lr, t)
        compiled = stepper.step(compiled, g)
    assert not np.array_equal(plain[1:], [1.0, -2.0, 0.3, 5.0])
    np.testing.assert_allclose(compiled, plain, rtol=1e-12)
    np.testing.assert_allclose(stepper.state, state, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", NAMES)
def test_what_gets_no_gradient_stays_at_zero(name):
    stepper = optplay.optimizer(name)
    w = np.array([0.0, 1.0, -1.0])
    for g in gradients(50, 3):
        w = stepper.step(w, g)
    assert w[0] == 0
    assert np.all(np.isfinite(w))
    assert not np.any(w[1:] == [1.0, -1.0])


@pytest.mark.parametrize("name", NAMES)
def test_step_leaves_its_arguments_alone(name):
    w, g = np.array([1.0, 2.0]), np.array([0.5, -3.0])
    new = optplay.optimizer(name, clip=1.0, l2=0.1).step(w, g)
    assert w.tolist() == [1.0, 2.0]
    assert g.tolist() == [0.5, -3.0]
    assert not np.any(new == w)


def direction(name, state, hyper, g, t):
    """What the rate of each parameter multiplies."""
    if name in ("rmsprop", "adagrad", "adadelta"):
        return g
    return state[0] / (1 - hyper[0] ** t)


@pytest.mark.parametrize(
    "name", ["rmsprop", "adagrad", "adadelta", "adam", "adamw", "amsgrad", "adamax", "radam"]
)
def test_rates_times_direction_is_the_step(name):
    rule, lr, hyper = defaults(name)
    w, state = np.zeros(4), np.zeros((len(rule.slots), 4))
    for t, g in enumerate(gradients(40, 4), start=1):
        before, old = w.copy(), state.copy()
        rule.step(w, g, state, hyper, 1 - hyper**t, lr, t)
        rate = rule.rate(made(rule, g, old, state, hyper, lr, t))
        expected = rate * direction(name, state, hyper, g, t)
        np.testing.assert_allclose(before - w, expected, rtol=1e-9, atol=1e-15)
    assert np.abs(w[1:]).min() > 0


def test_adadeltas_rates_approach_its_steps_once_it_is_warm():
    # Its step uses u as it was before the step; of the state alone, only u after it is known.
    rule, lr, hyper = defaults("adadelta")
    w, state, g = np.zeros(1), np.zeros((2, 1)), np.ones(1)
    for t in range(1, 301):
        before = w.copy()
        rule.step(w, g, state, hyper, 1 - hyper**t, lr, t)
    rate = rates(rule, state, hyper, lr, 300)
    np.testing.assert_allclose((before - w) / g, rate, rtol=0.01)


@pytest.mark.parametrize("name", ["adam", "adamw", "amsgrad"])
def test_without_bias_correction_the_averages_are_taken_as_they_are(name):
    rule, _, _ = defaults(name)
    w, state = np.zeros(1), np.zeros((len(rule.slots), 1))
    hyper = np.zeros(len(rule.hyperparameters) - 1)
    hyper[:3], g = (0.9, 0.99, 1e-8), np.array([2.0])
    rule.step(w, g, state, hyper, 1 - hyper**1, 0.5, 1)
    # m = 0.1 · 2, v = 0.01 · 4
    np.testing.assert_allclose(w, -0.5 * 0.2 / (0.2 + 1e-8), rtol=1e-12)
    np.testing.assert_allclose(rates(rule, state, hyper, 0.5, 1), 0.5 / (0.2 + 1e-8), rtol=1e-12)
