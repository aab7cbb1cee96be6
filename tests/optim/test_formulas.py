"""The formula that each optimizer declares, and the terms in it, against its rule."""

import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.optim import OPTIMIZERS

from .made import has_rates, made

NAMES = [name for name, rule in OPTIMIZERS.items() if rule.scope == "parameter"]
LINE = re.compile(r"(\S+) (←|=) \S")


def names_of(formula):
    """What the lines of a formula compute: state by its arrow, terms by their sign of equality."""
    found = [LINE.match(line).groups() for line in formula]
    return [name for name, sign in found if sign == "←"], [
        name for name, sign in found if sign == "="
    ]


def gradients(steps, n, seed=0):
    """Gradients of very different sizes; the first parameter never gets one, the second rarely."""
    random = np.random.default_rng(seed)
    drawn = random.normal(size=(steps, n)) * 10.0 ** random.integers(-3, 3, size=(steps, n))
    drawn[:, 0] = 0
    drawn[5:25, 1] = 0
    return drawn


def walk(rule, given, steps, lr_at=lambda t: 1.0):
    """For each step, from zero weights: its terms, what the rule added, and all that went in."""
    lr, *others = (float(value) for value in rule.complete(given).values())
    hyper, state = np.array(others), np.zeros((len(rule.slots), 6))
    for t, g in enumerate(gradients(steps, 6), start=1):
        before, delta, rate = state.copy(), np.zeros(6), lr * lr_at(t)
        corrections = 1 - hyper**t
        rule.step(delta, g, state, hyper, corrections, rate, t)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = rule.terms(made(rule, g, before, state, hyper, rate, t))
        yield terms, delta, (g, before, state.copy(), hyper, rate, t)


@pytest.mark.parametrize("name", NAMES)
def test_a_line_for_every_slot_and_term_and_no_other(name):
    rule = OPTIMIZERS.find(name)
    slots, terms = names_of(rule.formula)
    assert sorted(slots) == sorted(slot.name for slot in rule.state)
    *_, (found, delta, _) = walk(rule, {}, 10)
    assert terms == list(found)
    assert terms[-1] == "Δ"
    for name, value in found.items():
        assert np.shape(value) in ((), delta.shape), name


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_come_to_the_step(name):
    rule, checked = OPTIMIZERS.find(name), 0
    for terms, delta, _ in walk(rule, {}, 100, lambda t: min(t / 10, 1)):
        # A step in which g and m cancel is measured against the size of the steps.
        size = np.abs(delta).max()
        np.testing.assert_allclose(terms["Δ"], delta, rtol=1e-12, atol=1e-15 * size)
        checked += np.count_nonzero(delta)
    # Rprop makes no step where a sign has turned.
    assert checked > 200


@pytest.mark.parametrize("name", ["adam", "adamw", "amsgrad"])
def test_the_terms_come_to_the_step_without_bias_correction(name):
    for terms, delta, (_, _, state, _, _, _) in walk(
        OPTIMIZERS.find(name), {"bias_correction": False}, 9
    ):
        np.testing.assert_allclose(terms["Δ"], delta, rtol=1e-12)
        np.testing.assert_array_equal(terms["m̂"], state[0])
        np.testing.assert_array_equal(terms["v̂"], state[-1])


@given(
    name=st.sampled_from(NAMES), lr=st.floats(1e-6, 10), memory=st.floats(0, 0.9999),
    epsilon=st.floats(1e-12, 1), steps=st.integers(1, 30),
)  # fmt: skip
def test_the_terms_come_to_the_step_at_any_setting(name, lr, memory, epsilon, steps):
    rule = OPTIMIZERS.find(name)
    has = {h.name: h for h in rule.hyperparameters}
    if any(h.low_open for name, h in has.items() if name.startswith("beta")):
        memory = max(memory, 0.001)
    knobs = {"lr": lr, "beta": memory, "beta1": memory, "beta2": memory, "epsilon": epsilon}
    for terms, delta, _ in walk(rule, {k: v for k, v in knobs.items() if k in has}, steps):
        size = np.abs(delta).max()
        np.testing.assert_allclose(terms["Δ"], delta, rtol=1e-11, atol=1e-13 * size)


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("sgd", lambda g, state, hyper: g),
        ("momentum", lambda g, state, hyper: state[0]),
        ("nesterov", lambda g, state, hyper: g + hyper[0] * state[0]),
        ("lion", lambda g, state, hyper: np.sign(0.9 * state[0] + 0.1 * g)),
    ],
)
def test_rules_without_rates_multiply_their_direction_by_lr(name, direction):
    rule = OPTIMIZERS.find(name)
    assert not has_rates(rule)
    for _, delta, (g, before, after, hyper, lr, _) in walk(rule, {}, 40):
        state = before if name == "lion" else after
        np.testing.assert_allclose(delta, -lr * direction(g, state, hyper), rtol=1e-12, atol=1e-18)


def test_radams_r_is_there_once_it_trusts_v():
    # ρₜ passes 5 at t = 6 with β₂ = 0.999 (Liu et al. 2020, section 4).
    found = [terms for terms, _, _ in walk(OPTIMIZERS.find("radam"), {}, 8)]
    assert ["r" in terms for terms in found] == [False] * 5 + [True] * 3
    assert found[0]["ρₜ"] == pytest.approx(1, abs=1e-9)
    assert found[0]["ρ∞"] == pytest.approx(1999, rel=1e-12)
    assert 0 < found[5]["r"] < found[6]["r"] < 1


def test_the_first_steps_of_nadam_by_hand():
    # g = 1: m = 0.1, v = 0.001 = (1-β₂)·v̂; μ₁ = 0.9·(1 - ½·0.96^0.004), μ₂ with 0.008.
    (terms, _, _), *_ = walk(OPTIMIZERS.find("nadam"), {}, 1)
    assert terms["μₜ"] == pytest.approx(0.9 * (1 - 0.5 * 0.96**0.004), rel=1e-15)
    assert terms["μₜ₊₁"] == pytest.approx(0.9 * (1 - 0.5 * 0.96**0.008), rel=1e-15)
