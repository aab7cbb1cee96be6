"""What is not kept of a run is made again: the same bits, within the bytes that it may take."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from optplay.arithmetic.lanes import LANES
from optplay.errors import InputError
from optplay.experiments import load, run_preset
from optplay.experiments.sharpness import sharpness, sharpness_at_loss
from optplay.experiments.steps import last_steps, over_time, overlaid
from optplay.instruments.landscape.measure import landscape
from optplay.optim import OPTIMIZERS, SCHEDULES
from optplay.problems import SURFACES, Problem, SurfaceProblem
from optplay.training import Clip, RunConfig, after_step, one_update, past, stream, train
from optplay.training.trainer import stream_together

EACH = sorted(name for name, rule in OPTIMIZERS.items() if rule.scope == "parameter")

EPOCHS = 9
problems = st.one_of(
    st.builds(
        lambda **changes: Problem(samples=11, test_fraction=0.2, **changes),
        hidden=st.sampled_from([(3,), (4, 2)]),
        batch_size=st.sampled_from([1, 4, 20]),
        shuffle=st.booleans(),
    ),
    st.builds(
        SurfaceProblem, surface=st.sampled_from(sorted(SURFACES)), noise=st.sampled_from([0.0, 0.1])
    ),
)


@st.composite
def runs(draw, problem=None):
    """A run, some of which diverge."""
    rule = OPTIMIZERS[draw(st.sampled_from(EACH))]
    lr = draw(st.sampled_from([rule.complete({})["lr"]] * 3 + [1000.0]))
    return RunConfig(
        problem=problem or draw(problems), optimizer=rule.name, hyperparameters={"lr": lr},
        decay=draw(st.sampled_from(sorted(SCHEDULES))), warmup=draw(st.sampled_from([0.0, 0.3])),
        clip=draw(st.sampled_from([None, Clip(norm=0.3)])), epochs=EPOCHS,
        weight_decay=draw(st.sampled_from([0.0, 0.1])), seed=draw(st.integers(0, 3)),
    )  # fmt: skip


def assert_same(thin, whole, epochs):
    """All that can be asked of two Histories, the epochs in an order of their own."""
    assert (thin.epochs, thin.steps, thin.diverged_at) == (
        whole.epochs, whole.steps, whole.diverged_at,
    )  # fmt: skip
    assert (thin.born, thin.forked_at) == (whole.born, whole.forked_at)
    for name in ("record", "current", "current_state", "weights", "states"):
        np.testing.assert_array_equal(getattr(thin, name), getattr(whole, name), name)
    for epoch in (epoch for epoch in epochs if epoch <= whole.epochs):
        for made, kept in zip(thin.at(epoch), (whole.weights, whole.states), strict=True):
            np.testing.assert_array_equal(made, kept[epoch])
            assert not made.flags.writeable
        np.testing.assert_array_equal(thin.between(epoch, whole.epochs), whole.weights[epoch:])
        np.testing.assert_array_equal(thin.between(0, epoch), whole.weights[: epoch + 1])
        at, made = thin.kept(epoch // 2, epoch)
        assert {epoch // 2, epoch} <= {*at.tolist()}
        assert (np.diff(at) > 0).all()
        assert at[-1] == epoch
        np.testing.assert_array_equal(made, whole.weights[at])
    per_epoch = whole.config.problem.steps_per_epoch
    for step in range((whole.forked_at or 0) * per_epoch, whole.steps + 1, 3):
        for made, kept in zip(after_step(thin, step), after_step(whole, step), strict=True):
            np.testing.assert_array_equal(made, kept)


some_epochs = st.lists(st.integers(0, EPOCHS), max_size=12)
# From none to all.
rooms = st.sampled_from([0, *range(1, EPOCHS + 2)])


@given(runs(), rooms, some_epochs, st.sampled_from([1, 700, past.MOST_BYTES]))
def test_what_is_made_again_is_what_was_kept(config, rows, epochs, most):
    thin, whole = train(config, most=rows * config.bytes_of_an_epoch), train(config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past, "MOST_BYTES", most)
        patch.setattr(past, "WORK_BETWEEN", most)
        assert_same(thin, whole, epochs)


@given(st.data(), rooms, rooms, rooms, some_epochs)
def test_forks_of_runs_that_kept_little(data, first, second, third, epochs):
    parent = data.draw(runs())
    thin, whole = train(parent, most=first * parent.bytes_of_an_epoch), train(parent)
    for rows in (second, third):
        config = data.draw(runs(parent.problem))
        # What forks before a fork goes on from the run that was left, see `forks.origin`.
        epoch = data.draw(st.integers(min(thin.forked_at or 0, thin.epochs), thin.epochs))
        thin = train(config, (thin, epoch), most=rows * config.bytes_of_an_epoch)
        whole = train(config, (whole, epoch))
        assert_same(thin, whole, epochs)


def test_a_run_that_was_in_lockstep_holds_no_memory_of_the_others():
    same = RunConfig(problem=Problem(samples=20, loss="mse"), optimizer="sgd", epochs=9)
    configs = [replace(same, seed=seed) for seed in range(8)]
    configs[3] = replace(same, hyperparameters={"lr": 1000.0})
    histories = [*stream_together(configs)][-1]
    assert histories[3].diverged_at
    for history in histories:
        assert history.done
        kept = history.record, history.past.weights, history.past.states
        for array in (*kept, history.at(0)[0]):
            whole = array
            while whole.base is not None:
                whole = whole.base
            assert whole.nbytes in [own.nbytes for own in kept]


@given(st.data(), st.integers(2, LANES), rooms)
def test_runs_in_lockstep_that_keep_little(data, count, rows):
    config = data.draw(runs(Problem(samples=11, hidden=(3,), shuffle=True)))
    from_seeds = [RunConfig.of(vars_of(config) | {"seed": seed}) for seed in range(count)]
    most = rows * config.bytes_of_an_epoch
    *_, thin = stream_together(from_seeds, most=most)
    for history, own in zip(thin, from_seeds, strict=True):
        assert_same(history, train(own), range(EPOCHS, -1, -1))


def vars_of(config):
    return {name: getattr(config, name) for name in config.__struct_fields__}


@given(runs(), st.integers(0, 2 * EPOCHS))
def test_no_more_is_kept_than_there_is_room_for(config, rows):
    most = rows * config.bytes_of_an_epoch
    for history in stream(config, most=most):
        assert history.past.nbytes <= max(most, config.bytes_of_an_epoch)
        assert history.past.every == 1 or history.past.nbytes > most / 2 - config.bytes_of_an_epoch


def test_a_fork_and_what_it_left_have_room_for_one():
    config = RunConfig(problem=Problem(samples=11), epochs=40)
    most = 10 * config.bytes_of_an_epoch
    history = train(config, most=most)
    for epoch in (30, 20, 35):
        history = train(config, (history, epoch), most=most)
        # Each begins with a row of its own.
        assert history.past.nbytes <= most + 3 * config.bytes_of_an_epoch


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_nothing_is_allocated_that_is_not_kept(monkeypatch, rows):
    config, made = RunConfig(problem=Problem(samples=1), epochs=1000), []
    zeros = np.zeros
    monkeypatch.setattr(np, "zeros", lambda *a, **k: made.append(zeros(*a, **k)) or made[-1])
    train(config, most=rows * config.bytes_of_an_epoch)
    kept = [array.shape for array in made if array.shape[1:] in {(33,), (2, 33)}]
    assert kept == [(max(rows, 1), 33), (max(rows, 1), 2, 33)]


def test_growing_histories_share_what_was_made_again():
    config = RunConfig(epochs=2000)
    histories = list(stream(config, most=0))
    assert len(histories) > 2
    for one, other in pairwise(histories):
        assert one.past is other.past
    early = next(h for h in histories if h.epochs)
    with pytest.raises(InputError, match=f"allowed: 0 to {early.epochs}$"):
        early.at(early.epochs + 1)
    with pytest.raises(InputError, match=r"epoch: found -1, allowed: 0 to"):
        early.at(-1)


def test_to_go_through_a_run_trains_it_once(monkeypatch):
    config = RunConfig(problem=Problem(samples=20), epochs=4000)
    history, ways = train(config, most=0), []
    advance = past.Past._advance
    monkeypatch.setattr(past.Past, "_advance", lambda *a: ways.append(a[3] - a[2]) or advance(*a))
    for epoch in range(4001):
        history.at(epoch)
    assert sum(ways) <= config.steps
    ways.clear()
    for epoch in (3500, 200, 3999, 1):
        history.at(epoch)
    # From the checkpoints of the first time.
    assert sum(ways) <= 4 * history.past._spacing < config.steps / 2


def test_what_is_far_from_what_is_kept_is_not_at_hand():
    config = RunConfig(problem=Problem(samples=20), epochs=3000)
    history, whole = train(config, most=0), train(config)
    assert all(map(whole.at_hand, range(0, 3001, 100)))
    assert history.at_hand(0)
    assert history.at_hand(10)
    assert history.at_hand(3000)  # which it ended with
    assert not history.at_hand(2000)
    *_, last = way = list(history.past.way_to(2000))
    assert len(way) == 2001
    np.testing.assert_array_equal(last[0], whole.weights[2000])
    assert history.at_hand(2000)
    assert history.at_hand(2001)
    # One who had to stop goes on from there.
    assert len(list(history.past.way_to(2003))) == 4


def test_what_somebody_is_at_is_not_at_hand():
    history = train(RunConfig(epochs=3), most=0)
    with history.past.lock, ThreadPoolExecutor(1) as another:
        assert not another.submit(history.at_hand, 1).result()
        assert another.submit(history.at_hand, 0).result()


def test_what_a_past_holds_to_be_quick_is_bounded():
    config = RunConfig(problem=Problem(samples=20), epochs=3000)
    for rows in (0, 10):
        history = train(config, most=rows * config.bytes_of_an_epoch)
        for epoch in range(0, 3001, 7):
            history.at(epoch)
        points = sum(map(len, history.past._known.values()))
        most = past.MOST_STRETCHES if rows else 1
        assert points * config.bytes_of_an_epoch <= 1.1 * past.MOST_BYTES * most


@pytest.mark.parametrize("seeds", [8, 10])
def test_all_seeds_take_what_their_records_do(seeds):
    preset = load("compare", seeds=seeds, epochs=2000)
    run_preset(load("compare", seeds=seeds, epochs=1))
    tracemalloc.start()
    try:
        found = run_preset(preset)
        now, most = tracemalloc.get_traced_memory()
        all_that_is_taken = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    of_numpy = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    taken = sum(trace.size for trace in all_that_is_taken.filter_traces([of_numpy]).traces)
    records = sum(h.record.size * 8 for histories in found.runs.values() for h in histories)
    assert records < taken < 1.1 * records
    # Groups that are under way have lanes for eight.
    assert most - now + taken < 1.5 * records


def test_instruments_on_what_is_kept_in_part():
    preset = load("compare", seeds=2, epochs=12)
    kept = [run_preset(preset, weights=weights).runs for weights in (False, True)]
    assert [h.past.every > 1 for runs in kept for h in runs["Adam"]] == [True, True, False, False]
    seen = []
    for runs in kept:
        all_runs = [history for histories in runs.values() for history in histories]
        plane = landscape([histories[0] for histories in runs.values()], 5)
        steps = last_steps(all_runs[0].config, 6)
        seen.append([
            str(overlaid(runs, 301)),
            *(array for history in all_runs for array in vars(sharpness(history)).values()),
            *(sharpness_at_loss(history, 0.6) for history in all_runs),
            *(v for found in over_time(all_runs, steps) for v in vars(found).values()),
            *(one_update(history, 777).delta for history in all_runs),
            *plane.paths, plane.plane.origin, plane.plane.directions, plane.plane.explained,
        ])  # fmt: skip
    for one, other in zip(*seen, strict=True):
        np.testing.assert_array_equal(one, other)
