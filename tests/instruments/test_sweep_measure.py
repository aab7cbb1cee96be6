"""Sweeps: the same runs as one by one, in a useful order, and as they come."""

from itertools import product
from os import cpu_count
from threading import Event, current_thread, main_thread
from time import sleep

import numpy as np
import pytest

from optplay.arithmetic.lanes import LANES
from optplay.errors import InputError
from optplay.experiments import METRICS, load
from optplay.experiments.experiment import OUTCOMES
from optplay.experiments.preset import Fork, Run
from optplay.instruments.sweep import measure as module
from optplay.instruments.sweep.axes import parse_axis
from optplay.instruments.sweep.measure import (
    SWEPT,
    Sweep,
    asked,
    runs_of,
    stream_sweep,
)
from optplay.problems import Problem
from optplay.training import RunConfig, engine, lockstep, train
from optplay.training.pool import Streams

TINY = Problem(samples=20, hidden=(4,), test_fraction=0.2)


def sweep(*axes, seeds=(0, 3), epochs=4, problem=TINY):
    runs = tuple(
        Run(label=name, config=RunConfig(problem=problem, optimizer=name, epochs=epochs))
        for name in ("sgd", "adam")
    )
    parsed = [parse_axis(text, runs[0].config) for text in axes or ["lr=1e-3:1000:5"]]
    return Sweep(runs, tuple(seeds), tuple(parsed))


@pytest.fixture(scope="module")
def made():
    return [*stream_sweep(sweep())][-1]


def test_each_point_is_the_single_run_bit_for_bit(made):
    axis = made.sweep.axes[0]
    assert made.outcomes.shape == (2, 5, 2) == made.sweep.shape
    for place in product(range(2), range(5), range(2)):
        run, at, seed = place
        config = RunConfig(
            problem=TINY, optimizer=("sgd", "adam")[run], epochs=4, seed=(0, 3)[seed],
            hyperparameters={"lr": axis.values[at]},
        )  # fmt: skip
        assert made.sweep.config(place) == config
        history = train(config)
        for name in SWEPT:
            expected = METRICS[name].measure(history, 0.9)
            assert np.array_equal(made.metrics[name][place], expected, equal_nan=True), name
        assert OUTCOMES[made.outcomes[place]] == history.outcome


def test_all_outcomes_are_told(made):
    assert made.done
    assert {OUTCOMES[i] for i in made.outcomes.flat} >= {"collapsed", "trained"}
    total = sum(made.counts(outcome) for outcome in OUTCOMES)
    assert np.array_equal(total, np.full((2, 5), 2))


def test_steps_are_those_made(made):
    histories = [train(made.sweep.config(place)) for place in made.sweep.places()]
    assert made.steps == sum(history.steps for history in histories)


@pytest.mark.parametrize("width", [1, 3])
def test_any_number_of_threads_comes_to_the_same(made, width):
    again = [*stream_sweep(sweep(), width=width)][-1]
    assert np.array_equal(again.outcomes, made.outcomes)
    for name in SWEPT:
        assert np.array_equal(again.metrics[name], made.metrics[name], equal_nan=True)


def test_two_knobs():
    results = [*stream_sweep(sweep("lr=0.01:0.1:2", "lambda=1e-3:1:3"))][-1]
    assert results.outcomes.shape == (2, 2, 3, 2)
    config = RunConfig(
        problem=TINY, hyperparameters={"lr": 0.1}, weight_decay=1.0, epochs=4, seed=3
    )
    assert results.metrics["final_loss"][1, 1, 2, 1] == train(config)["loss"][-1]


def test_order_is_seed_after_seed_and_coarse_before_fine():
    places = sweep("lr=1e-5:1:10").places()
    assert len(set(places)) == len(places) == 2 * 10 * 2
    assert [seed for *_, seed in places] == [0] * 20 + [1] * 20
    ats = [(at, run) for run, at, _ in places[:20]]
    # Every fourth and the last, then every second, then the rest: each of all runs.
    coarse, middle, fine = [0, 4, 8, 9], [2, 6], [1, 3, 5, 7]
    assert ats == [pair for part in (coarse, middle, fine) for pair in product(part, (0, 1))]


def test_order_on_a_plane():
    places = sweep("lr=1e-5:1:5", "lambda=1e-5:1:6").places()
    first = {place[1:3] for place in places[: 2 * 2 * 3]}
    assert first == set(product((0, 4), (0, 4, 5)))


def test_the_first_snapshot_comes_with_the_first_run():
    stream = stream_sweep(sweep(epochs=40), width=1)
    first = next(stream)
    assert first.made == 1
    assert not first.done
    assert first.outcomes[0, 0, 0] >= 0
    stream.close()


def test_snapshots_grow_and_do_not_change(monkeypatch):
    monkeypatch.setattr(module, "SNAPSHOT_SECONDS", 0.0)
    snapshots = list(stream_sweep(sweep()))
    assert [one.made for one in snapshots] == list(range(1, 21))
    for one in snapshots:
        made = one.outcomes >= 0
        assert np.count_nonzero(made) == one.made
        assert not np.isnan(one.metrics["final_loss"][made]).any()
        assert np.isnan(one.metrics["final_loss"][~made]).all()
        with pytest.raises(ValueError, match="read-only"):
            one.metrics["final_loss"][0] = 0
        with pytest.raises(ValueError, match="read-only"):
            one.outcomes[0] = 0


@pytest.mark.parametrize("axis", ["lr=1e-3:1:2", "lr=1e-3:1:5", "problem.batch_size=1:16:3"])
def test_what_is_trained_by_is_compiled_before_and_here(monkeypatch, axis):
    asked = {True: set(), False: set()}
    original = engine.compiled_loop

    def noted(problem, way, *, whole):
        asked[current_thread() is main_thread()].add((problem, way, whole))
        return original(problem, way, whole=whole)

    monkeypatch.setattr(engine, "compiled_loop", noted)
    list(stream_sweep(sweep(axis, seeds=(0,))))
    assert asked[True] == asked[False]
    assert asked[False]


def test_snapshots_are_rare():
    assert len(list(stream_sweep(sweep()))) < 20


@pytest.fixture
def steps_of(monkeypatch):
    """How many runs were begun."""
    begun, stream = [], lockstep.stream_together

    def counted(configs, *rest):
        begun.extend(configs)
        yield from stream(configs, *rest)

    monkeypatch.setattr(lockstep, "stream_together", counted)
    return begun


LONG = Problem(samples=5000)


def test_to_stop_iterating_cancels(steps_of):
    running = sweep("lr=1e-5:1:25", problem=LONG, epochs=3, seeds=range(50))
    stream = stream_sweep(running, width=2)
    next(stream)
    stream.close()
    begun = len(steps_of)
    sleep(0.1)
    # Both workers may have been just about to begin another group.
    assert len(steps_of) <= begun + 2 * LANES < running.count


def test_an_event_cancels(steps_of):
    cancelled = Event()
    running = sweep("lr=1e-5:1:25", problem=LONG, epochs=3, seeds=range(50))
    stream = stream_sweep(running, width=2, cancelled=cancelled)
    next(stream)
    cancelled.set()
    assert list(stream) == []
    assert len(steps_of) < running.count


def test_a_run_that_fails_stops_all_and_is_told(monkeypatch):
    def failing(configs, *rest):
        raise ZeroDivisionError("here")

    monkeypatch.setattr(lockstep, "stream_together", failing)
    with pytest.raises(ZeroDivisionError, match="here"):
        [*stream_sweep(sweep())][-1]


def test_optimizers_in_place_of_the_runs(small, write):
    preset = load(write(small))
    runs = runs_of(preset, ["adam", "lion"])
    assert [run.label for run in runs] == ["Adam", "Lion"]
    first = preset.runs[0].config
    assert runs[1].config == RunConfig(problem=first.problem, optimizer="lion", epochs=3)
    axis = parse_axis("lr=0.1:1:2", first)
    assert asked(preset, ["lr=0.01:0.1:2"], ["lion"]).labels == ("Lion",)
    assert Sweep(preset.runs, preset.seeds, (axis,)).labels == ("SGD", "Adam 0.5")
    assert Sweep(preset.runs, preset.seeds, (axis,)).seeds == (0, 1)


@pytest.mark.parametrize(
    ("names", "words"),
    [(["adma"], ["unknown optimizer 'adma': did you mean"]), (["sgd", "sgd"], ["each once"])],
)
def test_wrong_optimizers(small, write, names, words):
    with pytest.raises(InputError) as caught:
        runs_of(load(write(small)), names)
    assert all(word in str(caught.value) for word in words)


def test_a_knob_that_a_run_lacks_is_told_with_its_label():
    with pytest.raises(InputError, match=r"^sgd: unknown knob of a run with sgd 'beta1'"):
        Sweep(sweep().runs, (0,), (parse_axis("beta1=0:0.5:2", RunConfig()),))


def test_one_knob_twice():
    axis = parse_axis("lr=0.1:1:2", RunConfig())
    with pytest.raises(InputError, match="lr: found as both axes"):
        Sweep(sweep().runs, (0,), (axis, axis))


def test_forks_are_refused():
    fork = Run(label="on", config=RunConfig(), fork=Fork(run="sgd", epoch=1))
    with pytest.raises(InputError, match="on: found a fork"):
        Sweep((fork,), (0,), sweep().axes)


def test_too_many_and_too_long():
    with pytest.raises(InputError, match="found 1,600,000 runs"):
        sweep("lr=0.01:1:400", "l2=0.01:1:1000", seeds=range(2))
    with pytest.raises(InputError, match="days"):
        sweep("lr=0.01:1:400", epochs=1_000_000, seeds=range(100), problem=LONG)


def test_what_is_kept_does_not_grow_with_the_sweep():
    """As Histories these would take a hundred gigabytes."""
    big = sweep("lr=0.01:1:100", epochs=10_000, problem=Problem(samples=1), seeds=range(500))
    assert sum(run.config.bytes_needed() for run in big.runs) * 50_000 > 1e11


def test_what_is_known_is_not_made_again(monkeypatch):
    known = {}
    whole = sweep()
    *_, first = stream_sweep(whole, known=known)
    assert len(known) == whole.count
    monkeypatch.setattr(lockstep, "stream_together", lambda *_: pytest.fail("it is made again"))
    *_, again = stream_sweep(whole, known=known)
    for name in SWEPT:
        assert np.array_equal(first.metrics[name], again.metrics[name], equal_nan=True)
    assert np.array_equal(first.outcomes, again.outcomes)
    assert first.steps == again.steps


def test_what_is_known_does_not_wait_for_the_pool():
    known, whole, go_on = {}, sweep(), Event()
    list(stream_sweep(whole, known=known))

    def held():
        yield
        yield go_on.wait(30)

    with Streams((i, held()) for i in range(cpu_count() or 1)) as streams:
        next(iter(streams))
        *_, again = stream_sweep(whole, known=known)
        assert again.done
        assert not go_on.is_set()
        go_on.set()


def test_what_is_known_is_not_told_once_it_is_cancelled():
    known, cancelled = {}, Event()
    list(stream_sweep(sweep(), known=known))
    stream = stream_sweep(sweep(), known=known, cancelled=cancelled)
    next(stream)
    cancelled.set()
    assert list(stream) == []
