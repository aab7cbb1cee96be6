"""The rules beyond PyTorch's usual ones, and options, against the packages that have them."""

import json
from pathlib import Path

import numpy as np
import pytest

import optplay
from optplay.optim import OPTIMIZERS

from .walking import gradients, lines_of, walk

DATA = json.loads((Path(__file__).parents[1] / "data" / "rule_traces.json").read_text())
# By its name among the traces, the rule.
TRACES = {
    "ademamix": "ademamix",
    "adopt": "adopt",
    "adan": "adan",
    "adabelief": "adabelief",
    "yogi": "yogi",
    "signum": "signum",
    "rprop": "rprop",
    "schedule_free_adamw": "schedule_free_adamw",
    "schedule_free_sgd": "schedule_free_sgd",
    "rmsprop_centered_momentum": "rmsprop",
    "momentum_dampening": "momentum",
    "adagrad_options": "adagrad",
}
NEW = [rule for trace, rule in TRACES.items() if trace == rule]


def assert_reached(recorded, t, found):
    """A weight that passes near zero is measured against the size of all of them."""
    if str(t) in recorded:
        expected = np.array(recorded[str(t)])
        size = np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14 * size)


@pytest.mark.parametrize("trace", TRACES)
def test_compiled_it_agrees_with_the_package(trace):
    recorded = DATA["rules"][trace]
    assert recorded["rule"] == TRACES[trace]
    stepper = optplay.optimizer(TRACES[trace], **recorded["hyperparameters"])
    w = np.array(DATA["start"])
    for t, g in enumerate(DATA["gradients"], start=1):
        w = stepper.step(w, g)
        assert_reached(recorded["weights"], t, w)
        assert_reached(recorded.get("evaluated", {}), t, stepper.evaluated(w))
    assert str(t) in recorded["weights"]


@pytest.mark.parametrize("trace", TRACES)
def test_in_plain_python_it_agrees_with_the_package(trace):
    recorded, rule = DATA["rules"][trace], OPTIMIZERS.find(TRACES[trace])
    for made, w in walk(rule, recorded["hyperparameters"], DATA["start"], DATA["gradients"]):
        assert_reached(recorded["weights"], made.t, w)
        if rule.evaluated:
            state, hyper = np.array([*made.after.values()]), np.array([*made.hyper.values()][1:])
            point = np.zeros_like(w)
            rule.evaluated(w, state, hyper, made.t, point)
            assert_reached(recorded["evaluated"], made.t, point)
    assert ("evaluated" in recorded) == bool(rule.evaluated)


@pytest.mark.parametrize("name", NEW)
def test_its_defaults_are_the_packages(name):
    # But for the rate, all traces are of the defaults.
    given = DATA["rules"][name]["hyperparameters"]
    found = {h.name: h.default for h in OPTIMIZERS.find(name).hyperparameters}
    assert [*found] == [*given]
    assert {**found, "lr": 0} == {**given, "lr": 0}


@pytest.mark.parametrize("name", NEW)
def test_its_formula_and_terms_come_to_the_step(name):
    rule, start = OPTIMIZERS.find(name), np.array([0.0, 1.0, -2.0, 0.3, 5.0, 0.5])
    slots, named = lines_of(rule.formula)
    assert sorted(slots) == sorted(slot.name for slot in rule.state)
    for made, w in walk(rule, {}, start, gradients(100, 6), lambda t: min(t / 10, 1)):
        terms, delta = rule.terms(made), w - made.w
        assert [*terms] == (named if made.t > 1 else [n for n in named if n in terms])
        # What is added to weights of size 1 is known to some digits only.
        np.testing.assert_allclose(terms["Δ"], delta, rtol=1e-9, atol=1e-14)
        for value in terms.values():
            assert np.shape(value) in ((), w.shape)
            assert np.all(np.isfinite(value))
    assert np.all(w[1:] != start[1:])


@pytest.mark.parametrize("name", sorted({*NEW} - {"yogi"}))
def test_what_gets_no_gradient_stays(name):
    for epsilon in {0.0, 1e-8} if OPTIMIZERS.find(name).has("epsilon") else [None]:
        stepper = optplay.optimizer(name, **({} if epsilon is None else {"epsilon": epsilon}))
        w = np.array([0.7, 1.0, -1.0])
        for g in gradients(50, 3):
            w = stepper.step(w, g)
        assert w[0] == 0.7
        assert np.all(np.isfinite(w))
        assert not np.any(w[1:] == [1.0, -1.0])


def test_yogi_moves_a_little_without_a_gradient_as_its_mean_starts_above_zero():
    stepper = optplay.optimizer("yogi", lr=0.5, beta1=0.9, epsilon=0.001, initial=1e-6)
    # m̂ = 0.9e-6/0.1, and √v̂ = √(1e-6/0.001)
    expected = -0.5 * 9e-6 / (np.sqrt(1e-3) + 0.001)
    assert stepper.step([0.0], [0.0])[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e-20, 1e20, 1e150])
def test_steps_are_of_a_sane_size_along_gradients_of_any_size(name, size):
    """All but schedule-free SGD make steps of about lr, whatever a gradient's size is."""
    random = np.random.default_rng(1)
    stepper, w = optplay.optimizer(name, lr=0.001), np.zeros(4)
    for k in range(300):
        g = size * random.normal(size=4) * np.array([1, k % 2, k % 7 == 0, -1.0])
        w = stepper.step(w, g)
    assert np.all(np.isfinite(w))
    if name != "schedule_free_sgd":
        assert np.all(np.abs(w) < 300 * 0.2)


@pytest.mark.parametrize("name", NEW)
def test_what_is_no_number_is_not_hidden(name):
    stepper, w = optplay.optimizer(name), np.array([1.0, 1.0])
    for g in (np.nan, 1.0, 1.0):
        w = stepper.step(w, [g, 1.0])
    np.testing.assert_array_equal(np.isnan(w), [True, False])


def test_rprops_steps_by_hand():
    stepper, w = optplay.optimizer("rprop", lr=0.1, grow=1.5, shrink=0.5, high=0.2), np.zeros(1)
    steps = []
    # Kept twice, turned, after which there is no sign to keep; then 1e-200, whose products with
    # others are 0, and keeps the sign all the same.
    for g in (1.0, 2.0, 3.0, -1.0, -1.0, -1e-200, -1e-200):
        before, w = w, stepper.step(w, [g])
        steps.append(float((before - w)[0]))
    np.testing.assert_allclose(steps, [0.1, 0.15, 0.2, 0, -0.1, -0.15, -0.2], rtol=1e-12)


def test_adopt_makes_no_step_at_first_and_cuts_those_that_follow():
    stepper = optplay.optimizer("adopt", lr=1.0, beta1=0.0)
    assert stepper.step([1.0], [1e-3]).tolist() == [1.0]
    # u = 1/1e-3, cut to 2^¼
    assert 1.0 - stepper.step([1.0], [1.0])[0] == pytest.approx(2**0.25, rel=1e-15)


@pytest.mark.parametrize("name", ["schedule_free_sgd", "schedule_free_adamw"])
def test_what_is_evaluated_is_the_mean_of_z_by_the_squared_rates(name):
    stepper, w = optplay.optimizer(name), np.array([1.0, -1.0])
    np.testing.assert_array_equal(stepper.evaluated(w), w)
    weights, all_z = [], []
    for g, lr in zip(gradients(5, 2, seed=3), [0.01, 0.1, 0.05, 0.0, 0.02], strict=True):
        w = stepper.step(w, g, lr=lr)
        weights.append(lr * lr)
        all_z.append(stepper.state[0].copy())
        x = np.average(all_z, axis=0, weights=weights)
        np.testing.assert_allclose(stepper.evaluated(w), x, rtol=1e-12)
        np.testing.assert_allclose(w, 0.1 * all_z[-1] + 0.9 * x, rtol=1e-12)


def test_at_a_rate_of_zero_schedule_free_stays():
    stepper, w = optplay.optimizer("schedule_free_sgd", lr=0.0), np.array([1.0, 2.0])
    assert stepper.step(w, [1.0, 1.0]).tolist() == [1.0, 2.0]
    assert stepper.evaluated(w).tolist() == [1.0, 2.0]
