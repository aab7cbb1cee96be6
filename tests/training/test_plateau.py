"""The decay that follows the loss, against PyTorch's ReduceLROnPlateau in plain Python."""

from math import inf

import numpy as np
import pytest

import optplay
from optplay.experiments.steps import step_taken
from optplay.problems import Problem
from optplay.training import RunConfig, after_step, one_update, train
from optplay.training.trainer import stream_together


def config(seed=0, **changes):
    knobs = {"patience": 1, "factor": 0.5, "threshold": 0.01}
    given = {"optimizer": "sgd", "hyperparameters": {"lr": 3.0}, "decay_knobs": knobs} | changes
    return RunConfig(
        problem=Problem(samples=60, batch_size=7), decay="plateau", epochs=60, seed=seed, **given
    )


def torchs(losses, lr, patience, factor, threshold):
    """The rate of each epoch, as ReduceLROnPlateau(mode="min", threshold_mode="rel") has it."""
    best, bad = inf, 0
    for loss in losses:
        yield lr
        bad = 0 if loss < best * (1 - threshold) else bad + 1
        best = loss if bad == 0 else best
        if bad > patience:
            lr, bad = lr * factor, 0


def test_it_falls_where_torch_has_it_fall():
    history = train(config())
    expected = [*torchs(history["loss"], 3.0, 1, 0.5, 0.01)]
    assert len({*expected}) > 3
    np.testing.assert_allclose(history["learning_rate"], expected, rtol=1e-12)
    per_epoch = history.config.problem.steps_per_epoch
    for epoch in range(60):
        rate = history.learning_rate(epoch * per_epoch + 3)
        assert rate == pytest.approx(expected[epoch], rel=1e-12)
        assert one_update(history, epoch * per_epoch + 4).lr == rate


def test_warmup_comes_before_it():
    history = train(config(warmup_steps=18))
    rates = history["learning_rate"]
    assert rates[0] == pytest.approx(1.5)
    assert rates[1] == pytest.approx(3.0)


def test_in_lockstep_it_is_what_it_is_alone():
    *_, together = stream_together([config(seed) for seed in range(4)])
    for seed, history in enumerate(together):
        alone = train(config(seed))
        assert np.array_equal(history.record, alone.record, equal_nan=True)
        assert np.array_equal(history.states, alone.states)


def test_a_run_that_goes_on_and_one_that_is_made_again_are_the_same():
    whole = train(config())
    assert np.array_equal(train(config(), (whole, 30)).record, whole.record, equal_nan=True)
    thin = train(config(), most=0)
    for step in (130, 131, 250, 1):
        for made, kept in zip(after_step(thin, step), after_step(whole, step), strict=True):
            np.testing.assert_array_equal(made, kept)


def test_a_fork_begins_with_the_whole_rate():
    fork = train(config(hyperparameters={"lr": 0.5}), (train(config()), 40))
    assert fork["learning_rate"][40] == pytest.approx(0.5)


def test_muons_other_rate_follows_a_schedule_too():
    problem = Problem(samples=60, batch_size=7)
    run = RunConfig(problem=problem, optimizer="muon", decay="cosine", epochs=40)
    history = train(run)
    update = one_update(history, history.steps - 2)
    assert update.lr < 0.5 * run.lr
    # The first layer's biases are a vector.
    at, t = slice(16, 24), update.t
    m, v = (update.state_after[k, at] for k in (0, 1))
    rate = run.hyperparameters["adam_lr"] * update.lr / run.lr
    expected = rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-8)
    np.testing.assert_allclose(
        update.before[at] - update.after[at], expected, rtol=1e-9, atol=1e-15
    )


def test_by_hand_a_steps_rate_is_for_both():
    w, g = np.arange(6.0), np.array([0.3, -1.0, 2.0, 0.5, 1.0, -2.0])
    whole, half = (optplay.optimizer("muon", shapes=[(2, 2), (2,)], lr=0.1) for _ in range(2))
    np.testing.assert_allclose(
        half.step(w, g, lr=0.05) - w, 0.5 * (whole.step(w, g) - w), rtol=1e-12
    )


def test_a_decay_by_the_share_of_lr_is_told_where_lr_is_0():
    given = {"hyperparameters": {"lr": 0.0}, "weight_decay": 0.1, "decay_by_lr": False}
    history = train(config(**given))
    last = history.steps - 4
    update, share = one_update(history, last), history.share(last - 1)
    assert share < 0.1
    assert update.share == share
    np.testing.assert_array_equal(update.delta, 0.0)
    np.testing.assert_array_equal(step_taken(history, last).steps, 0.0)
