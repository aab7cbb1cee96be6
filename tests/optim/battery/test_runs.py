"""Runs of each rule: resumed, forked, in lockstep, step by step; all to the last bit."""

from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace

from optplay.optim import OPTIMIZERS, WRAPPERS
from optplay.training import one_update, stream, train
from optplay.training.trainer import shape, stream_together

from .cases import CASES, RULES, run_of, wrapped

# Each rule, plain and in wrappers.
runs = pytest.mark.parametrize(
    ("name", "wrappers"),
    [
        pytest.param(name, wrappers, id=f"{name}-{kind}")
        for name in RULES
        for kind, wrappers in {"plain": {}, "wrapped": wrapped(name)}.items()
    ],
)


def last(histories):
    *_, found = histories
    return found


def assert_same(a, b):
    """Two Histories agree bit for bit, but for where they come from."""
    assert (a.epochs, a.steps, a.diverged_at, a.born) == (b.epochs, b.steps, b.diverged_at, b.born)
    np.testing.assert_array_equal(a.record, b.record)
    np.testing.assert_array_equal(a.weights, b.weights)
    np.testing.assert_array_equal(a.states, b.states)
    for epoch in range(a.epochs + 1):
        np.testing.assert_array_equal(a.evaluated(epoch), b.evaluated(epoch))


@runs
def test_resumed_is_uninterrupted(name, wrappers):
    config = run_of(name, wrappers=wrappers)
    whole = train(config)
    assert whole.done
    assert np.isfinite(whole.weights).all()
    assert not np.array_equal(whole.weights[-1], whole.weights[-2])
    for epoch in range(config.epochs + 1):
        assert_same(train(config, (whole, epoch)), whole)
    step = 2 * config.problem.steps_per_epoch + 1
    part = last(stream(config, until=step))
    resumed = last(stream(config, (whole, 1), until=step))
    np.testing.assert_array_equal(part.current, resumed.current)
    np.testing.assert_array_equal(part.current_state, resumed.current_state)


@runs
def test_a_fork_of_the_same_rule_keeps_its_state(name, wrappers):
    config = run_of(name, wrappers=wrappers)
    parent = train(config)
    halved = {**config.hyperparameters, "lr": config.lr / 2}
    fork = train(replace(config, hyperparameters=halved), (parent, 2))
    assert fork.born == 0
    for one, other in zip(fork.at(2), parent.at(2), strict=True):
        np.testing.assert_array_equal(one, other)
    update = one_update(fork, 2 * config.problem.steps_per_epoch + 1)
    assert update.t == 2 * config.problem.steps_per_epoch + 1
    np.testing.assert_array_equal(update.state_before, parent.at(2)[1])


@runs
def test_a_fork_of_another_rule_starts_afresh(name, wrappers):
    """As a run that starts at its parent's weights would."""
    other = "sgd" if name != "sgd" else "momentum"
    config = run_of(name, wrappers=wrappers)
    parent = train(replace(config, optimizer=other, hyperparameters={}, wrappers={}))
    fresh = train(config)
    assert_same_from_its_start(train(config, (parent, 0)), fresh)
    fork = train(config, (parent, 2))
    w, state = fork.at(2)
    np.testing.assert_array_equal(w, parent.at(2)[0])
    np.testing.assert_array_equal(fork.evaluated(2), w)
    for kept, began, slot in zip(state, fresh.at(0)[1], config.slots, strict=True):
        if slot.start == "weights":
            np.testing.assert_array_equal(kept[: w.size], w)
        else:
            np.testing.assert_array_equal(kept, began)
    assert one_update(fork, 2 * config.problem.steps_per_epoch + 1).t == 1


def assert_same_from_its_start(fork, fresh):
    np.testing.assert_array_equal(fork.record, fresh.record)
    np.testing.assert_array_equal(fork.weights, fresh.weights)
    np.testing.assert_array_equal(fork.states, fresh.states)


@pytest.mark.parametrize("wrapper", [None, *WRAPPERS])
def test_wrappers_in_lockstep_are_those_alone(wrapper):
    wrappers = {wrapper: {}} if wrapper else wrapped("adam")
    configs = [run_of("adam", seed=seed, wrappers=wrappers) for seed in range(3)]
    for found, config in zip(last(stream_together(configs)), configs, strict=True):
        assert_same(found, train(config))


@pytest.mark.parametrize("name", RULES)
def test_lockstep_is_alone(name):
    configs = [
        run_of(
            name, seed=seed, l2=0.01 * seed,
            given={"lr": OPTIMIZERS[name].hyperparameters[0].default * (1 + seed)},
        )
        for seed in range(3)
    ]  # fmt: skip
    if OPTIMIZERS[name].alone:
        assert {shape(config) for config in configs} == {None}
        return
    assert len({shape(config) for config in configs}) == 1
    for found, config in zip(last(stream_together(configs)), configs, strict=True):
        assert_same(found, train(config))


@pytest.mark.parametrize("case", CASES)
def test_options_in_lockstep_are_those_alone(case):
    name, given = CASES[case]
    configs = [run_of(name, given, seed=seed) for seed in range(3)]
    if given and shape(configs[0]) is not None:
        for found, config in zip(last(stream_together(configs)), configs, strict=True):
            assert_same(found, train(config))


@runs
def test_single_updates_are_the_runs(name, wrappers):
    config = run_of(name, wrappers=wrappers, epochs=2)
    history, per_epoch = train(config), config.problem.steps_per_epoch
    way = [one_update(history, step) for step in range(1, history.steps + 1)]
    for one, after in pairwise(way):
        np.testing.assert_array_equal(one.after, after.before)
        np.testing.assert_array_equal(one.state_after, after.state_before)
    for epoch in range(1, 3):
        w, state = history.at(epoch)
        np.testing.assert_array_equal(way[epoch * per_epoch - 1].after, w)
        np.testing.assert_array_equal(way[epoch * per_epoch - 1].state_after, state)
    assert [update.t for update in way] == list(range(1, history.steps + 1))
