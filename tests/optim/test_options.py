"""What rules may be given besides: variants, switches, and ε = 0."""

import numpy as np
import pytest

import optplay
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS
from optplay.training import RunConfig, train
from optplay.training.trainer import shape, stream_together

from .test_more_rules import NEW
from .walking import gradients, lines_of, walk

VARIANTS = [(name, v) for name, rule in OPTIMIZERS.items() for v in rule.variants]
EPSILON = [n for n, r in OPTIMIZERS.items() if r.has("epsilon") and r.scope == "parameter"]
# Rules of parameters that correct their averages, or not.
CORRECTING = ["adam", "adamw", "amsgrad", "adamax", "nadam", "radam"]
GIVEN = {
    "rmsprop": [
        {"centered": True}, {"momentum": 0.9}, {"centered": True, "momentum": 0.9},
    ],
    "momentum": [{"dampening": 0.9}, {"dampening": 0.3}],
    "adagrad": [{"lr_decay": 0.01}, {"initial": 0.1}, {"lr_decay": 0.5, "initial": 2.0}],
    **{name: [{"bias_correction": False}] for name in CORRECTING},
    "adam": [{"bias_correction": False}, {"nesterov": True}],
    "adamw": [{"nesterov": True}, {"nesterov": True, "bias_correction": False}],
}  # fmt: skip
CASES = [(name, given) for name, all_given in GIVEN.items() for given in all_given]
START = np.array([0.0, 1.0, -2.0, 0.3, 5.0, 0.5])


def steps_of(name, given, along):
    """The weights after each step, compiled, without decay."""
    stepper, w, found = (
        optplay.optimizer(name, weight_decay=0.0, **given),
        START[: len(along[0])],
        [],
    )
    for g in along:
        w = stepper.step(w, g)
        found.append(w)
    return np.array(found)


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_a_variant_differs_in_what_it_keeps_and_does_alone(name, variant):
    rule, other = OPTIMIZERS[name], OPTIMIZERS[name].variants[variant]
    assert other.hyperparameters == rule.hyperparameters
    same = ("name", "title", "summary", "paper", "year", "weight_decay", "scope")
    assert [getattr(other, field) for field in same] == [getattr(rule, field) for field in same]
    assert other.step is not rule.step


@pytest.mark.parametrize(("name", "given"), CASES)
def test_the_formula_and_terms_come_to_the_step(name, given):
    rule = OPTIMIZERS[name].chosen(given)
    slots, named = lines_of(rule.formula)
    assert sorted(slots) == sorted(slot.name for slot in rule.state)
    for made, w in walk(OPTIMIZERS[name], given, 0 * START, gradients(60, 6)):
        terms, delta = rule.terms(made), w - made.w
        assert [*terms] == [n for n in named if n in terms]
        size = np.abs(w).max()
        np.testing.assert_allclose(terms["Δ"], delta, rtol=1e-9, atol=1e-14 * size)
    assert [*terms] == named


@pytest.mark.parametrize(("name", "given"), CASES)
def test_in_plain_python_it_is_as_compiled(name, given):
    along = gradients(60, 6)
    found = [w.copy() for _, w in walk(OPTIMIZERS[name], given, START, along)]
    np.testing.assert_allclose(steps_of(name, given, along), found, rtol=1e-12)
    plain = steps_of(name, {}, along)
    assert not np.allclose(found[-1][1:], plain[-1][1:], rtol=1e-6)


def test_rmsprop_keeps_what_it_needs():
    kept = {
        (centered, momentum): [*OPTIMIZERS["rmsprop"].chosen(
            {"centered": centered, "momentum": momentum}
        ).slots]
        for centered in (False, True) for momentum in (0.0, 0.5)
    }  # fmt: skip
    assert kept == {
        (False, 0.0): ["v"], (False, 0.5): ["v", "m"], (True, 0.0): ["v", "a"],
        (True, 0.5): ["v", "a", "m"],
    }  # fmt: skip


def test_a_centred_root_of_what_rounds_below_zero_is_zero():
    # A gradient that never changes has no variance, but v and a² round apart.
    along = np.full((200, 1), 0.1)
    found = steps_of("rmsprop", {"centered": True, "beta": 0.5, "epsilon": 1e-3}, along)
    assert np.all(np.isfinite(found))
    # lr·g/ε is the longest step that there is.
    assert found[-1] - found[-2] == pytest.approx(-0.001 * 0.1 / 1e-3, rel=1e-4)


def test_dampening_spares_the_first_gradient():
    # v = 2, then 0.5·2 + 0.25·4
    found = steps_of("momentum", {"lr": 1.0, "beta": 0.5, "dampening": 0.75}, [[2.0], [4.0]])
    assert found[:, 0].tolist() == [-2.0, -4.0]


def test_adagrads_rate_falls_by_itself():
    # g = 1: s = 3 + 1, then 5; lr/(1 + 1·0.5)
    found = steps_of("adagrad", {"lr": 1.0, "lr_decay": 0.5, "initial": 3.0}, [[1.0], [1.0]])
    np.testing.assert_allclose(found[:, 0], [-0.5, -0.5 - 1 / 1.5 / np.sqrt(5)], rtol=1e-9)


@pytest.mark.parametrize("corrected", [True, False])
def test_adams_nesterov_is_optaxs(corrected):
    """optax 0.2, `scale_by_adam`: β₁·m/(1-β₁ᵗ⁺¹) + (1-β₁)·g/(1-β₁ᵗ) in place of m̂."""
    along, beta1, beta2, lr = gradients(40, 6), 0.8, 0.95, 0.01
    given = {"lr": lr, "beta1": beta1, "beta2": beta2, "bias_correction": corrected}
    found = steps_of("adam", {**given, "nesterov": True}, along)
    w, m, v = START.copy(), 0 * START, 0 * START
    for t, g in enumerate(along, start=1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        here, after, square = (
            (1 - beta1**t, 1 - beta1 ** (t + 1), 1 - beta2**t) if corrected else (1, 1, 1)
        )
        m_hat = beta1 * m / after + (1 - beta1) * g / here
        w = w - lr * m_hat / (np.sqrt(v / square) + 1e-8)
        np.testing.assert_allclose(found[t - 1], w, rtol=1e-12)


def test_nesterov_has_no_dampening_and_amsgrad_no_nesterov():
    # As in PyTorch and optax.
    for name, knob in (("nesterov", "dampening"), ("amsgrad", "nesterov")):
        with pytest.raises(InputError, match=knob):
            optplay.optimizer(name, **{knob: True})


@pytest.mark.parametrize("name", CORRECTING)
def test_without_bias_correction_the_first_step_is_of_the_averages_as_they_are(name):
    given = {"lr": 1.0, "beta1": 0.5, "beta2": 0.96, "bias_correction": False}
    (made, w), *_ = walk(OPTIMIZERS[name], given, [0.0], [[2.0]])
    m, v = 0.5 * 2, 0.04 * 4
    mu, mu_next = (0.5 * (1 - 0.5 * 0.96 ** (t * 0.004)) for t in (1, 2))
    expected = {"adamax": m / 2, "radam": m, "nadam": (mu_next * m + (1 - mu) * 2) / np.sqrt(v)}
    assert made.after["m"] == m
    assert w[0] == pytest.approx(-expected.get(name, m / np.sqrt(v)), rel=1e-7)


@pytest.mark.parametrize("given", [{"bias_correction": True}, {"bias_correction": False}, {}])
@pytest.mark.parametrize("name", EPSILON)
def test_epsilon_may_be_zero(name, given):
    """What never got a gradient stays where it is; the rest goes as with a tiny ε."""
    if given and not OPTIMIZERS[name].has("bias_correction"):
        given = {}
    along = gradients(40, 6, seed=5)
    none, tiny = (steps_of(name, {**given, "epsilon": e}, along) for e in (0.0, 1e-100))
    if name != "yogi":
        assert np.all(none[:, 0] == START[0])
    np.testing.assert_allclose(none, tiny, rtol=1e-12)


@pytest.mark.parametrize("name", EPSILON)
def test_with_epsilon_zero_the_terms_come_to_the_step(name):
    for made, w in walk(
        OPTIMIZERS[name], {"epsilon": 0.0, "lr": 1000.0}, 0 * START, gradients(9, 6)
    ):
        terms = OPTIMIZERS[name].terms(made)
        assert all(np.all(np.isfinite(value)) for value in terms.values())
        size = np.abs(w).max()
        np.testing.assert_allclose(terms["Δ"], w - made.w, rtol=1e-9, atol=1e-14 * size)


@pytest.mark.parametrize(("name", "given"), [*CASES, *((name, {}) for name in NEW)])
def test_in_lockstep_it_is_as_alone(name, given):
    configs = [
        RunConfig(optimizer=name, hyperparameters=given, epochs=3, seed=seed) for seed in range(3)
    ]
    *_, last = stream_together(configs)
    for config, together in zip(configs, last, strict=True):
        alone = train(config)
        np.testing.assert_array_equal(together.record, alone.record)


def test_variants_are_trained_apart():
    given = [{}, {"centered": True}, {"momentum": 0.5}, {"momentum": 0.9}]
    shapes = [shape(RunConfig(optimizer="rmsprop", hyperparameters=each)) for each in given]
    assert len({*shapes}) == 3
    assert shapes[2] == shapes[3]
