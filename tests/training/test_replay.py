"""Single steps made again are, bit for bit, those of the run."""

import gc
from dataclasses import fields, replace
from itertools import pairwise
from weakref import ref

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.optim import OPTIMIZERS, SCHEDULES
from optplay.problems import Problem
from optplay.training import Clip, RunConfig, after_step, one_update, past, stream, train
from optplay.training.engine import pipeline_of, step_by_hand

EACH = sorted(name for name, rule in OPTIMIZERS.items() if rule.scope == "parameter")

PROBLEM = Problem(samples=10, hidden=(5,))
SHUFFLED = Problem(samples=10, hidden=(3, 2), activation="tanh", batch_size=3, shuffle=True)


def points(history, last):
    """Weights and state after each step of the run, computed in one go by the training loop."""
    start = (history, history.forked_at) if history.forked_at else None
    for step in range(last + 1):
        *_, so_far = stream(history.config, start, until=step)
        yield so_far.current, so_far.current_state


def remade(update, config):
    """The pipeline, compiled apart from the loop, on what went into an update."""
    w, state = update.before.copy(), update.state_before.copy()
    g = update.gradient.copy()
    norm, clipped = step_by_hand(config.rule, pipeline_of(config), w, g, state, update.lr, update.t)
    return w, state, g, norm, clipped


def assert_is_the_runs(history, step):
    """One update, against the run's own points and against the pipeline compiled by itself."""
    config, update = history.config, one_update(history, step)
    assert update.lr == config.learning_rate(step - 1)
    w, state, g, norm, clipped = remade(update, config)
    np.testing.assert_array_equal(w, update.after)
    np.testing.assert_array_equal(state, update.state_after)
    np.testing.assert_array_equal(g, update.rule_gradient)
    np.testing.assert_equal((norm, clipped), (update.norm, float(update.clipped)))
    per_epoch = config.problem.steps_per_epoch
    if step % per_epoch == 0 and step // per_epoch <= history.epochs:
        np.testing.assert_array_equal(update.after, history.weights[step // per_epoch])
        np.testing.assert_array_equal(update.state_after, history.states[step // per_epoch])
    if (step - 1) % per_epoch == 0:
        np.testing.assert_array_equal(update.before, history.weights[(step - 1) // per_epoch])
    if step == history.steps:
        np.testing.assert_array_equal(update.after, history.current)
        np.testing.assert_array_equal(update.state_after, history.current_state)
    return update


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("clip", [None, Clip(norm=0.05)])
@pytest.mark.parametrize("l2", [0.0, 0.02])
def test_every_update_of_every_optimizer(name, clip, l2):
    for weight_decay, warmup, problem in ((0.0, 0.4, PROBLEM), (0.1, 0.0, SHUFFLED)):
        config = RunConfig(
            problem=problem, optimizer=name, clip=clip, l2=l2, weight_decay=weight_decay,
            warmup=warmup, decay="cosine", epochs=2,
        )  # fmt: skip
        history = train(config)
        way = [assert_is_the_runs(history, step) for step in range(1, history.steps + 1)]
        for one, next_one in pairwise(way):
            np.testing.assert_array_equal(one.after, next_one.before)
            np.testing.assert_array_equal(one.state_after, next_one.state_before)


@given(
    name=st.sampled_from(EACH), decay=st.sampled_from(sorted(set(SCHEDULES) - {"plateau"})),
    lr=st.floats(1e-5, 1), clip=st.none() | st.floats(1e-3, 3), l2=st.sampled_from([0.0, 0.3]),
    weight_decay=st.floats(0, 1), warmup=st.floats(0, 1), batch=st.integers(1, 12),
    shuffle=st.booleans(), seed=st.integers(0, 99), at=st.floats(0, 1),
)  # fmt: skip
def test_any_update_of_any_run(
    name, decay, lr, clip, l2, weight_decay, warmup, batch, shuffle, seed, at
):
    problem = Problem(samples=10, hidden=(4,), batch_size=batch, shuffle=shuffle)
    config = RunConfig(
        problem=problem, optimizer=name, hyperparameters={"lr": lr}, decay=decay, l2=l2,
        clip=clip and Clip(norm=clip), weight_decay=weight_decay, warmup=warmup, epochs=4,
        seed=seed,
    )  # fmt: skip
    history = train(config)
    step = 1 + round(at * (history.steps - 1))
    update = assert_is_the_runs(history, step)
    *_, there = stream(history.config, until=step)
    np.testing.assert_array_equal(update.after, there.current)


@pytest.mark.parametrize("optimizer", ["adam", "lion"])
def test_forks(optimizer):
    parent = train(RunConfig(problem=PROBLEM, epochs=4))
    config = RunConfig(problem=PROBLEM, optimizer=optimizer, hyperparameters={"lr": 0.02}, epochs=4)
    fork = train(config, (parent, 2))
    for step in (21, 22, 30, 31, 40):
        update = assert_is_the_runs(fork, step)
        assert update.t == (step if optimizer == "adam" else step - 20)
    np.testing.assert_array_equal(one_update(fork, 21).before, parent.weights[2])
    with pytest.raises(
        InputError, match=r"step: found 20, allowed: 21 to 40 \(those after the fork\)"
    ):
        one_update(fork, 20)


def test_the_step_that_diverged():
    sgd = {"optimizer": "sgd", "hyperparameters": {"lr": 1000}}
    history = train(RunConfig(problem=PROBLEM, **sgd, l2=1000))
    last = history.diverged_at
    update = assert_is_the_runs(history, last)
    assert not np.isfinite([update.loss, update.norm, *update.after]).all()
    assert np.isfinite(assert_is_the_runs(history, last - 1).after).all()
    with pytest.raises(InputError, match=rf"allowed: 1 to {last} \(it diverged there\)"):
        one_update(history, last + 1)


def test_a_run_still_under_way():
    whole = train(RunConfig(problem=PROBLEM, epochs=3))
    *_, so_far = stream(whole.config, until=17)
    for step in (1, 10, 11, 17):
        np.testing.assert_array_equal(one_update(so_far, step).after, one_update(whole, step).after)
    with pytest.raises(InputError, match="allowed: 1 to 17"):
        one_update(so_far, 18)


def test_the_batch_and_its_loss():
    history = train(RunConfig(problem=SHUFFLED, optimizer="sgd", epochs=3))
    for epoch in range(3):
        updates = [one_update(history, 4 * epoch + batch) for batch in (1, 2, 3, 4)]
        assert [u.samples.size for u in updates] == [3, 3, 3, 1]
        assert sorted(np.concatenate([u.samples for u in updates])) == list(range(10))
        mean = sum(u.loss * u.samples.size for u in updates) / 10
        assert history["loss"][epoch] == pytest.approx(mean, rel=1e-14)
        assert history["gradient_norm"][epoch] == pytest.approx(
            np.mean([u.norm for u in updates]), rel=1e-14
        )


@pytest.mark.parametrize("spacing", [1, 3, 7])
def test_checkpoints_are_never_seen(monkeypatch, spacing):
    history = train(RunConfig(problem=PROBLEM, epochs=6))
    expected = list(points(history, history.steps))
    monkeypatch.setattr(past, "WORK_BETWEEN", spacing * PROBLEM.parameter_count)
    for step in [*range(61), *range(60, -1, -1), 35, 2, 59]:
        w, state = after_step(history, step)
        np.testing.assert_array_equal(w, expected[step][0])
        np.testing.assert_array_equal(state, expected[step][1])
        w[:] = 0  # what is handed out is a copy


def test_going_back_through_shuffled_epochs():
    history = train(RunConfig(problem=SHUFFLED, epochs=6))
    forth = [one_update(history, step) for step in range(1, 25)]
    for step in (24, 20, 16, 12, 11, 8, 1, 23, 5):
        update, seen = one_update(history, step), forth[step - 1]
        np.testing.assert_array_equal(update.samples, seen.samples)
        np.testing.assert_array_equal(update.after, seen.after)


def test_neighbouring_steps_are_not_trained_from_the_start_of_the_epoch(monkeypatch):
    history = train(RunConfig(problem=PROBLEM, epochs=2))
    monkeypatch.setattr(past, "WORK_BETWEEN", 2 * PROBLEM.parameter_count)
    one_update(history, 10)
    ways, advance = [], past.Past._advance
    monkeypatch.setattr(past.Past, "_advance", lambda *a: ways.append(a[3] - a[2]) or advance(*a))
    for step in (9, 8, 7, 8, 9, 10):
        one_update(history, step)
    assert sum(ways) <= 6
    assert len(history.past._known[0]) <= 5


def test_few_epochs_are_remembered():
    history = train(RunConfig(problem=PROBLEM, epochs=20))
    for step in range(1, 200, 10):
        after_step(history, step)
    assert len(history.past._known) == past.MOST_STRETCHES


def test_a_replay_keeps_no_run_alive():
    history = train(RunConfig(problem=PROBLEM, epochs=2))
    one_update(history, 3)
    gone = ref(history)
    del history
    gc.collect()
    assert gone() is None


def test_an_update_is_read_only():
    update = one_update(train(RunConfig(problem=PROBLEM, epochs=1)), 4)
    arrays = [a for f in fields(update) if isinstance(a := getattr(update, f.name), np.ndarray)]
    assert len(arrays) == 9
    assert not any(a.flags.writeable for a in arrays)


def test_what_the_rule_adds_is_free_of_the_weights_rounding():
    history = train(
        RunConfig(problem=PROBLEM, optimizer="sgd", hyperparameters={"lr": 1e-20}, epochs=1)
    )
    update = one_update(history, 5)
    moved = update.after != update.before
    assert not moved[np.abs(update.before) > 1e-3].any()
    np.testing.assert_allclose(update.delta, -1e-20 * update.gradient, rtol=1e-15)


def shrink(w, g, state, hyper, corrections, lr, t):
    """A rule that reads the weights, as none that comes with optplay does."""
    for i in range(w.size):
        w[i] -= lr * (g[i] + 0.5 * w[i])


def test_a_rule_that_reads_the_weights(monkeypatch):
    rule = replace(OPTIMIZERS.find("sgd"), step=shrink)
    monkeypatch.setattr(RunConfig, "rule", property(lambda self: rule))
    history = train(RunConfig(problem=PROBLEM, optimizer="sgd", epochs=2))
    update = one_update(history, 3)
    expected = -0.01 * (update.gradient + 0.5 * update.before)
    np.testing.assert_allclose(update.delta, expected, rtol=1e-9, atol=1e-15)
