"""Training side by side: what grows is what `run_preset` comes to."""

from threading import Event

import numpy as np
import pytest

from optplay.experiments import run_preset
from optplay.experiments.preset import Fork, Preset, Run
from optplay.problems import Problem
from optplay.training import RunConfig, lockstep, train
from optplay.training.pool import Streams
from optplay.tui import growing
from optplay.tui.growing import grow
from optplay.tui.library import plans

SEED = 5
# Seconds after which it is not slow but stuck.
LONGEST_WAIT = 60


def config(epochs=40, samples=200, **changes):
    """A run that takes some chunks."""
    problem = Problem(samples=samples, hidden=(4,), shuffle=True)
    return RunConfig(problem=problem, epochs=epochs, **changes)


WILD = {"optimizer": "sgd", "hyperparameters": {"lr": 1000.0}, "l2": 1000.0}
FORKED = (
    ("C", config(optimizer="sgd"), "B", 30), ("B", config(), "A", 10), ("A", config()),
    ("A again", config()), ("B again", config(), "A again", 10), ("wild", config(**WILD)),
    ("on", config(), "wild", 20), ("early", config(), "B", 5), ("AdamW", config(optimizer="adamw")),
)  # fmt: skip


def preset(*runs, seeds=(SEED,)):
    """A preset of runs (label, config, run to go on from, epoch)."""
    made = [
        Run(label=label, config=c, fork=Fork(run=fork[0], epoch=fork[1]) if fork else None)
        for label, c, *fork in runs
    ]
    return Preset(name="p", title="T", runs=tuple(made), seeds=seeds)


def assert_same(a, b):
    """Two Histories agree bit for bit."""
    names = "config", "epochs", "steps", "diverged_at", "born", "forked_at", "outcome"
    assert [getattr(a, name) for name in names] == [getattr(b, name) for name in names]
    for name in ("record", "weights", "states", "current", "current_state"):
        assert np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True), name


@pytest.fixture
def trained(monkeypatch):
    """The configs that are trained, in order."""
    seen = []

    def stream_together(configs, *rest):
        seen.extend(configs)
        return original(configs, *rest)

    original = lockstep.stream_together
    monkeypatch.setattr(lockstep, "stream_together", stream_together)
    return seen


@pytest.fixture
def short_chunks(monkeypatch):
    """Chunks so short that a run takes several."""
    monkeypatch.setattr("optplay.training.trainer.FIRST_CHUNK", 20_000)
    monkeypatch.setattr("optplay.training.trainer._next_chunk", lambda chunk, seconds: chunk)


@pytest.mark.parametrize("width", [1, 2, None])
@pytest.mark.usefixtures("short_chunks")
def test_it_comes_to_what_the_command_line_comes_to(monkeypatch, width):
    monkeypatch.setattr(growing, "all_but_one", lambda: width)
    forked = preset(*FORKED)
    yields = [dict(found) for found in grow(plans(forked, SEED), {})]
    expected = run_preset(forked).runs
    assert set(yields[-1]) == set(expected)
    for label, (history,) in expected.items():
        assert_same(yields[-1][label], history)
    assert yields[-1]["wild"].outcome == yields[-1]["on"].outcome == "diverged"
    assert len(yields) > len(FORKED)


@pytest.mark.usefixtures("short_chunks")
def test_histories_only_grow():
    wanted = plans(preset(*FORKED), SEED)
    before = {}
    for found in grow(wanted, {}):
        assert set(before) <= set(found) <= set(wanted)
        for label, history in found.items():
            assert history.config == wanted[label].config
            assert label not in before or history.steps >= before[label].steps
        before = dict(found)
    assert all(history.done for history in before.values())


@pytest.mark.usefixtures("short_chunks")
def test_runs_grow_alike(monkeypatch):
    monkeypatch.setattr(growing, "all_but_one", lambda: 1)
    advance, turns = Streams.advance, []

    def advanced(streams, label, stream):
        turns.append(label)
        advance(streams, label, stream)

    monkeypatch.setattr(Streams, "advance", advanced)
    [*grow(plans(preset(("A", config()), ("B", config(optimizer="sgd"))), SEED), {})]
    assert turns[:6] == [("A",), ("B",)] * 3


def test_what_is_known_is_not_trained_again(trained):
    wanted = plans(preset(*FORKED), SEED)
    known = {label: train(wanted[label].config) for label in ("A", "A again", "AdamW")}
    *_, last = grow(wanted, known)
    # What goes on from a run that diverged before has nothing to train.
    assert len(trained) == len(FORKED) - len(known) - 1
    assert all(last[label] is history for label, history in known.items())
    assert_same(last["B"], train(wanted["B"].config, (known["A"], 10)))
    trained.clear()
    assert list(grow(wanted, last)) == []
    assert trained == []


def test_one_of_two_alike_may_be_known(trained):
    wanted = plans(preset(("A", config()), ("B", config(), "A", 5), ("C", config())), SEED)
    for one in "AC":
        *_, last = grow(wanted, {one: train(wanted[one].config)})
        assert_same(last["A"], last["C"])
        assert last["B"].done


@pytest.mark.usefixtures("short_chunks")
def test_a_fork_starts_while_its_parent_is_at_work(monkeypatch):
    added, waited = Event(), []
    add, advance = Streams.add, Streams.advance

    def begun(streams, label, stream):
        add(streams, label, stream)
        added.set()

    def held_up(streams, label, stream):
        if label == ("A",) and len(waited) < 3:
            # In time for whoever takes the values, however slow.
            waited.append(len(waited) < 2 or added.wait(LONGEST_WAIT))
        advance(streams, label, stream)

    monkeypatch.setattr(Streams, "add", begun)
    monkeypatch.setattr(Streams, "advance", held_up)
    wanted = plans(preset(("A", config()), ("B", config(), "A", 1)), SEED)
    *_, last = grow(wanted, {})
    assert waited == [True] * 3
    assert_same(last["B"], train(wanted["B"].config, (last["A"], 1)))


def test_an_error_is_told(monkeypatch):
    def failing(configs, *rest):
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(lockstep, "stream_together", failing)
    with pytest.raises(ZeroDivisionError):
        list(grow(plans(preset(("A", config())), SEED), {}))


def test_leaving_it_ends_the_threads(monkeypatch):
    ended = Event()

    def endless(configs, *rest):
        try:
            while True:
                yield [*map(train, configs)]
        finally:
            ended.set()

    monkeypatch.setattr(lockstep, "stream_together", endless)
    growing = grow(plans(preset(("A", config(1))), SEED), {})
    next(growing)
    growing.close()
    assert ended.wait(10)
