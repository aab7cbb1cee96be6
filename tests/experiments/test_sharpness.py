"""Sharpness over a run, against numpy, power iteration, and what is known in closed form."""

import gc
from dataclasses import FrozenInstanceError
from weakref import ref

import numpy as np
import pytest

from optplay.errors import InputError
from optplay.experiments import sharpness as curvature
from optplay.experiments.sharpness import (
    difference_hessian,
    even_epochs,
    hessian,
    sharpness,
    stream_sharpness,
    top_eigenvalue,
)
from optplay.experiments.steps import rates_after
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem
from optplay.training import RunConfig, train
from optplay.training.made import of_state, rates_of

ANYWHERE = sorted(name for name, rule in OPTIMIZERS.items() if rule.anywhere)

TANH = Problem(samples=20, hidden=(4,), activation="tanh", batch_size=5)


def run(optimizer="sgd", problem=TANH, epochs=6, start=None, lr=0.01, **changes):
    hyperparameters = {"lr": lr}
    config = RunConfig(
        problem=problem, optimizer=optimizer, epochs=epochs, hyperparameters=hyperparameters,
        **changes,
    )  # fmt: skip
    return train(config, start)


def by_power_iteration(matrix):
    """The top eigenvalue, found by multiplying only."""
    shift = np.abs(matrix).sum(axis=1).max()  # so that the top one is the longest as well
    v = np.random.default_rng(0).normal(size=len(matrix))
    for _ in range(20_000):
        v = matrix @ v + shift * v
        v /= np.linalg.norm(v)
    return v @ matrix @ v


def test_the_top_eigenvalue_is_numpys_and_that_of_power_iteration():
    history = run(epochs=3)
    found = sharpness(history)
    assert found.epochs.tolist() == [0, 1, 2, 3]
    for epoch, value in enumerate(found.sharpness):
        h = hessian(TANH, history.weights[epoch])
        assert value == pytest.approx(np.linalg.eigvals(h).real.max(), rel=1e-10)
        assert value == pytest.approx(by_power_iteration(h), rel=1e-6)


@pytest.mark.parametrize("name", ANYWHERE)
def test_preconditioned_by_the_rates_that_the_optimizer_declares(name):
    history, optimizer = run(name, warmup=0.5), OPTIMIZERS[name]
    found, config = sharpness(history), history.config
    for epoch in range(1, 7):
        lr, t = history["learning_rate"][epoch - 1], 4 * epoch
        h = hessian(TANH, history.evaluated(epoch))
        if optimizer.no_rates:
            assert np.isnan(found.preconditioned).all()
            continue
        rates = rates_after(history, t, history.weights[epoch], history.states[epoch], lr)
        if rates is not None:
            d = lr / rates
            h = np.diag(d**-0.5) @ h @ np.diag(d**-0.5)
        expected = np.linalg.eigvalsh(h)[-1]
        assert found.preconditioned[epoch] == pytest.approx(expected, rel=1e-9)
        if optimizer.stability:
            threshold = optimizer.stability(config.hyperparameters) / lr
            assert found.threshold[epoch] == pytest.approx(threshold, rel=1e-12)
            assert found.ratio[epoch] == pytest.approx(expected / threshold, rel=1e-9)
        else:
            assert np.isnan(found.threshold).all()
    # At the start nothing has been averaged yet.
    assert np.isnan(found.preconditioned[0]) == bool(optimizer.no_rates or rates is not None)


def test_adams_threshold_is_38_over_lr():
    assert sharpness(run("adam")).threshold == pytest.approx(np.full(7, 3800.0))


def test_coupled_l2_adds_to_every_eigenvalue_and_decay_to_none():
    epochs = [0]
    plain, coupled, decoupled = (
        sharpness(run(**changes), epochs).sharpness[0]
        for changes in ({}, {"l2": 0.25}, {"weight_decay": 0.25})
    )
    assert coupled == pytest.approx(plain + 0.25, rel=1e-12)
    assert decoupled == plain


def test_full_batch_descent_on_a_convex_loss_diverges_above_a_ratio_of_1():
    # Without hidden layers half_mse is a quadratic: its Hessian is the same everywhere.
    quadratic = Problem(hidden=(), loss="half_mse", batch_size=200)
    top = top_eigenvalue(hessian(quadratic, np.zeros(3)))
    for ratio in (0.99, 1.01):
        history = run(problem=quadratic, lr=ratio * 2 / top, epochs=2000)
        assert sharpness(history, [0, history.epochs]).ratio == pytest.approx([ratio] * 2)
        assert (history["loss"][-1] < history["loss"][0]) == (ratio < 1)


def test_differences_of_any_gradient_make_a_hessian():
    # Rosenbrock's, far from and near its minimum.
    def gradient(w):
        x, y = w
        return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])

    for x, y in ((1.0, 1.0), (-1.5, 2.0), (300.0, -4.0)):
        exact = [[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200]]
        found = difference_hessian(gradient, np.array([x, y]))
        np.testing.assert_allclose(found, exact, rtol=1e-7, atol=1e-6)


@pytest.mark.parametrize("last", [0, 1, 2, 298, 299, 300, 301, 19_999])
def test_epochs_are_even_and_few(last):
    class Stub:
        epochs = last

    chosen = even_epochs(Stub())
    assert chosen[0] == 0
    assert chosen[-1] == last
    assert len(chosen) == min(last + 1, 300)
    if last:
        gaps = np.diff(chosen)
        assert gaps.min() >= 1
        assert gaps.max() - gaps.min() <= 1


def test_it_streams_in_pieces_of_the_whole(monkeypatch):
    history = run("adam")
    whole = sharpness(history)
    monkeypatch.setattr(curvature, "CHUNK_SECONDS", 0.0)
    pieces = list(stream_sharpness(run("adam")))
    assert [len(p.epochs) for p in pieces] == [1, 2, 3, 4, 5, 6, 7]
    for piece in pieces:
        for name in ("epochs", "sharpness", "preconditioned", "threshold", "ratio"):
            got, all_ = getattr(piece, name), getattr(whole, name)
            np.testing.assert_array_equal(got, all_[: len(got)])


def test_what_is_known_is_not_computed_again_and_not_kept_alive(monkeypatch):
    history = run()
    first = sharpness(history)
    monkeypatch.setattr(curvature, "hessian", None)
    np.testing.assert_array_equal(sharpness(history, [2, 5]).sharpness, first.sharpness[[2, 5]])
    gone = ref(history)
    del history
    gc.collect()
    assert gone() is None


def test_the_record_is_frozen():
    found = sharpness(run())
    with pytest.raises(ValueError, match="read-only"):
        found.sharpness[0] = 0
    with pytest.raises(FrozenInstanceError):
        found.sharpness = None


@pytest.mark.parametrize("epochs", [[-1], [0, 7], [100]])
def test_an_epoch_that_is_not_there(epochs):
    with pytest.raises(InputError, match=r"^epoch: found -?\d+, allowed: 0 to 6$"):
        sharpness(run(), epochs)


def test_a_network_too_large_is_refused():
    wide = Problem(hidden=(1000,))
    with pytest.raises(InputError, match="found a network of 4,001 parameters, allowed: up to"):
        hessian(wide, wide.initial_weights(0))


def test_before_a_fork_only_the_sharpness_is_known():
    parent = run("sgd")
    fork = run("adam", start=(parent, 3))
    found = sharpness(fork)
    np.testing.assert_array_equal(found.sharpness[:4], sharpness(parent).sharpness[:4])
    for values in (found.preconditioned, found.threshold, found.ratio):
        assert np.isnan(values).tolist() == [True] * 4 + [False] * 3
    # The state is as old as the fork.
    t = 4 * (4 - 3)
    h, config = hessian(TANH, fork.weights[4]), fork.config
    told = of_state(config, fork.weights[4], fork.states[4], 0.01, t)
    scale = np.sqrt(rates_of(config, told) / 0.01)
    expected = np.linalg.eigvalsh(scale[:, None] * h * scale)[-1]
    assert found.preconditioned[4] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_a_rate_of_zero_can_stand_anything(name):
    found = sharpness(run(name, lr=0.0))
    assert np.isinf(found.threshold).all()
    assert not found.ratio[1:].any()


def test_a_hessian_that_overflows_has_no_eigenvalue():
    quartic = Problem(hidden=(2, 2), activation="identity", loss="mse", samples=5)
    h = hessian(quartic, np.full(quartic.parameter_count, 1e200))
    assert not np.isfinite(h).all()
    assert np.isnan(top_eigenvalue(h))
