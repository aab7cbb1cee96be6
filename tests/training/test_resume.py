"""Going on from a recorded epoch, and computing in chunks, leave no trace in a History."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

import optplay
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem, network
from optplay.problems.network import scratch_of
from optplay.training import Clip, RunConfig, engine, stream, train, trainer

EACH = sorted(name for name, rule in OPTIMIZERS.items() if rule.scope == "parameter")

DECAYS = [
    "none", "cosine", "linear", "step", "exponential", "one_cycle", "cosine_restarts",
    "inverse_sqrt",
]  # fmt: skip
EPOCHS = 6


def assert_same(a, b):
    """Two Histories agree bit for bit, but for where they come from."""
    assert (a.epochs, a.steps, a.diverged_at, a.born) == (b.epochs, b.steps, b.diverged_at, b.born)
    assert np.array_equal(a.record, b.record, equal_nan=True)
    assert np.array_equal(a.weights, b.weights)
    assert np.array_equal(a.states, b.states)
    assert a.outcome == b.outcome


def config(**changes):
    """A short run with everything switched on."""
    problem = {
        "samples": 23, "batch_size": 4, "shuffle": True, "test_fraction": 0.2, "hidden": (5,),
    }  # fmt: skip
    return RunConfig(
        problem=Problem(**problem | changes.pop("problem", {})),
        **{
            "warmup": 0.2,
            "decay": "cosine",
            "clip": Clip(norm=0.5),
            "l2": 0.01,
            "epochs": EPOCHS,
            "seed": 3,
        }
        | changes,
    )


configs = st.builds(
    lambda batch_size, shuffle, **changes: config(
        problem={"batch_size": batch_size, "shuffle": shuffle}, **changes
    ),
    batch_size=st.sampled_from([1, 4, 18, 50]),
    shuffle=st.booleans(),
    optimizer=st.sampled_from(EACH),
    decay=st.sampled_from(DECAYS),
    warmup=st.sampled_from([0.0, 0.3, 1.0]),
    clip=st.sampled_from([None, Clip(norm=0.2)]),
    l2=st.sampled_from([0.0, 0.1]),
    weight_decay=st.sampled_from([None, 0.1]),
    seed=st.integers(0, 5),
)


@given(configs, st.integers(0, EPOCHS))
def test_a_resumed_run_is_the_run_that_was_never_interrupted(run, epoch):
    whole = train(run)
    resumed = train(run, (whole, epoch))
    assert_same(resumed, whole)
    assert resumed.forked_at == epoch
    assert whole.forked_at is None


@given(configs)
def test_resuming_twice(run):
    whole = train(run)
    assert_same(train(run, (train(run, (whole, 2)), 4)), whole)


def test_a_resumed_run_does_not_read_the_future_of_its_parent():
    run = config()
    whole = train(run)
    early = replace(
        whole, epochs=2, steps=2 * run.problem.steps_per_epoch,
        record=whole.record[:2], past=whole.past.until(2, 1), current=whole.weights[2],
        current_state=whole.states[2],
    )  # fmt: skip
    assert_same(train(run, (early, 2)), whole)
    with pytest.raises(InputError, match="start: found epoch 3, allowed: 0 to 2"):
        train(run, (early, 3))


@given(configs, st.data())
def test_a_run_stopped_at_any_step_is_on_the_way_of_the_whole_run(run, data):
    step = data.draw(st.integers(0, run.steps))
    whole, part = train(run), list(stream(run, until=step))[-1]
    assert part.steps == step
    assert part.epochs == step // run.problem.steps_per_epoch
    assert part.done == (step == run.steps)
    assert np.array_equal(part.weights, whole.weights[: part.epochs + 1])
    assert np.array_equal(part.record, whole.record[: part.epochs], equal_nan=True)
    if step % run.problem.steps_per_epoch == 0:
        assert np.array_equal(part.current, part.weights[-1])
        assert np.array_equal(part.current_state, part.states[-1])
    else:
        epoch = part.epochs
        resumed = list(stream(run, (whole, epoch), until=step))[-1]
        assert np.array_equal(part.current, resumed.current)
        assert np.array_equal(part.current_state, resumed.current_state)


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("optimizer", ["sgd", "nadam", "radam"])
@pytest.mark.parametrize("shuffle", [False, True])
def test_the_size_of_chunks_is_never_seen(monkeypatch, size, optimizer, shuffle):
    run = config(optimizer=optimizer, problem={"shuffle": shuffle})
    monkeypatch.setattr(trainer, "FIRST_CHUNK", 10**6)
    *before, whole = stream(run)
    assert not before
    of_step = run.problem.batch_size * run.problem.parameter_count
    monkeypatch.setattr(trainer, "FIRST_CHUNK", size * of_step)
    monkeypatch.setattr(trainer, "_next_chunk", lambda chunk, seconds: size)
    histories = list(stream(run))
    assert len(histories) == -(-run.steps // size)
    assert_same(histories[-1], whole)
    for i, history in enumerate(histories, start=1):
        assert history.steps == min(i * size, run.steps)
        assert history.epochs == history.steps // run.problem.steps_per_epoch
        assert history.done == (history.steps == run.steps)
        assert np.array_equal(history.weights, whole.weights[: history.epochs + 1])


def test_few_orders_at_a_time_are_the_same_orders(monkeypatch):
    run = config()
    whole = train(run)
    monkeypatch.setattr(engine, "ORDERS_AT_ONCE", 2 * run.problem.train_count)
    assert len(list(stream(run))) == EPOCHS // 2
    assert_same(train(run), whole)


def test_shuffling_visits_every_sample_once_in_a_new_order():
    problem = Problem(samples=25, test_fraction=0.2, shuffle=True)
    orders = problem.orders(seed=1, first=3, last=6)
    assert [sorted(order) for order in orders.tolist()] == [list(range(20))] * 3
    assert len({tuple(order) for order in orders.tolist()}) == 3
    assert np.array_equal(orders[1:], problem.orders(seed=1, first=4, last=6))
    assert not np.array_equal(orders, problem.orders(seed=2, first=3, last=6))


def test_shuffling_changes_the_run():
    fixed, shuffled = (train(config(problem={"shuffle": s})) for s in (False, True))
    assert np.array_equal(fixed.weights[0], shuffled.weights[0])
    assert not np.array_equal(fixed.weights[1], shuffled.weights[1])


def test_a_fork_with_another_optimizer_starts_its_state_afresh():
    problem = Problem(samples=20, batch_size=20)
    parent = train(RunConfig(problem=problem, optimizer="adam", epochs=5))
    child = train(RunConfig(problem=problem, optimizer="nadam", epochs=8), (parent, 4))
    assert (child.epochs, child.born, child.forked_at) == (8, 4, 4)
    assert np.array_equal(child.weights[:5], parent.weights[:5])
    assert np.array_equal(child.record[:4], parent.record[:4], equal_nan=True)
    assert not child.states[:5].any()

    # From there on it is a fresh optimizer at t = 1.
    samples, stepper = problem.draw(), optplay.optimizer("nadam")
    w, g = child.weights[4].copy(), np.zeros(33)
    for epoch in (5, 6, 7, 8):
        network.mean_gradient(
            w, g, samples.inputs, samples.labels, samples.train, 0, 20,
            problem.layout, scratch_of(problem),
        )  # fmt: skip
        w = stepper.step(w, g)
        np.testing.assert_allclose(child.weights[epoch], w, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(child.states[epoch], stepper.state, rtol=1e-10, atol=1e-16)


def test_a_fork_of_a_fork_keeps_the_step_at_which_its_optimizer_was_born():
    problem = Problem(samples=20, batch_size=20)
    adam = RunConfig(problem=problem, epochs=9)
    nadam = RunConfig(problem=problem, optimizer="nadam", epochs=9)
    child = train(nadam, (train(adam), 3))
    grandchild = train(nadam, (child, 6))
    assert grandchild.born == 3
    assert_same(grandchild, child)


def test_a_fork_with_another_rate_keeps_its_state():
    parent = train(config(optimizer="momentum"))
    faster = config(optimizer="momentum", hyperparameters={"lr": 0.05})
    child = train(faster, (parent, 3))
    assert np.array_equal(child.states[:4], parent.states[:4])
    assert child.states[3].any()
    assert child.born == 0
    assert not np.array_equal(child.weights[4], parent.weights[4])
    # Its schedule begins where it does.
    per_epoch = faster.problem.steps_per_epoch
    assert child.scheduled_from == 3 * per_epoch
    expected = faster.learning_rate(4 * per_epoch - 1, begin=3 * per_epoch)
    assert child["learning_rate"][3] == pytest.approx(expected)
    assert expected > 5 * parent["learning_rate"][3]


@pytest.mark.parametrize("sizes", [(1, 20), (20, 1), (5, 20), (4, 4)])
@pytest.mark.parametrize("first", ["sgd", "adam"])
def test_a_fork_with_other_batches_counts_its_optimizers_steps_on(sizes, first):
    before, after = (Problem(samples=20, batch_size=size) for size in sizes)
    oldest = train(RunConfig(problem=before, optimizer=first, epochs=8))
    adam = train(RunConfig(problem=before, epochs=8), (oldest, 4))
    child = train(RunConfig(problem=after, epochs=9), (adam, 8))
    # Adam's steps so far: since epoch 4 if sgd came before it.
    made = 20 // sizes[0] * (4 if first == "sgd" else 8)
    samples, w, state = after.draw(), child.weights[8].copy(), child.states[8].copy()
    g, hyper = np.zeros(33), np.array([0.9, 0.999, 1e-8, 1.0])
    for i in range(after.steps_per_epoch):
        network.mean_gradient(
            w, g, samples.inputs, samples.labels, samples.train, i * sizes[1], (i + 1) * sizes[1],
            after.layout, scratch_of(after),
        )  # fmt: skip
        t = made + i + 1
        OPTIMIZERS.find("adam").step(w, g, state, hyper, 1 - hyper**t, 0.001, t)
    np.testing.assert_allclose(child.weights[9], w, rtol=1e-10, atol=1e-14)
    assert_same(train(child.config, (child, 9)), child)


@pytest.mark.parametrize("epoch", [-1, EPOCHS + 1, 1000])
def test_there_is_no_such_epoch(epoch):
    run = config()
    with pytest.raises(InputError, match=rf"start: found epoch {epoch}, allowed: 0 to {EPOCHS}"):
        train(run, (train(run), epoch))


def test_an_epoch_beyond_the_end_of_the_child():
    parent = train(config())
    with pytest.raises(InputError, match="start: found epoch 5, allowed: 0 to 4"):
        train(config(epochs=4), (parent, 5))


@pytest.mark.parametrize("hidden", [(), (6,), (5, 5)])
def test_another_network_cannot_go_on(hidden):
    parent = train(config())
    with pytest.raises(InputError, match=r"start: found a network of layers \(2, 5, 1\)"):
        train(config(problem={"hidden": hidden}), (parent, 2))


def test_nothing_left_to_do():
    run = config()
    whole = train(run)
    [only] = stream(run, (whole, EPOCHS))
    assert only.done
    assert_same(only, whole)
