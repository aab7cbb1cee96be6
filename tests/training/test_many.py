"""Many runs at once, and the same run twice."""

from threading import Event

import numpy as np
import pytest

from optplay.optim import optimizers
from optplay.problems import Problem
from optplay.training import RunConfig, train, train_many, trainer

# Ten million steps: far more than a machine does before the first report of progress.
LONG = RunConfig(problem=Problem(samples=5000), epochs=2000)


def assert_same(a, b):
    """Two Histories agree bit for bit."""
    assert a.config == b.config
    assert (a.steps, a.diverged_at) == (b.steps, b.diverged_at)
    assert np.array_equal(a.record, b.record, equal_nan=True)
    assert np.array_equal(a.weights, b.weights)
    assert np.array_equal(a.states, b.states)


@pytest.fixture(scope="module")
def configs():
    """Runs of very different lengths, one of which diverges."""
    problems = [
        Problem(samples=50),
        Problem(samples=40, shuffle=True, batch_size=8, hidden=[4, 4], activation="tanh"),
        Problem(samples=30, test_fraction=0.2, loss="mse"),
    ]
    some = [
        RunConfig(problem=problems[i % 3], optimizer=name, epochs=1 + i * 7 % 60, seed=i)
        for i, name in enumerate(optimizers())
    ]
    wild = RunConfig(problem=problems[2], optimizer="sgd", hyperparameters={"lr": 1000})
    return [*some, wild, *some]


@pytest.mark.parametrize("workers", [1, 2, 5, None])
def test_together_as_alone_and_in_order(configs, workers):
    histories = train_many(configs, workers=workers)
    assert len(histories) == len(configs)
    for history, config in zip(histories, configs, strict=True):
        assert history.config is config
        assert history.done
        assert_same(history, train(config))
    half = len(configs) // 2
    for a, b in zip(histories[:half], histories[half + 1 :], strict=True):
        assert_same(a, b)


def test_no_runs():
    assert train_many([]) == []


def test_progress_only_grows_and_reaches_the_total(configs):
    reports = []
    histories = train_many(configs, progress=reports.append)
    assert reports == sorted(reports)
    assert reports[-1] == sum(h.steps for h in histories)
    assert reports[-1] < sum(c.steps for c in configs)  # one diverged


def test_cancelling_leaves_all_runs_undone():
    cancelled = Event()
    histories = train_many(
        [LONG] * 4, progress=lambda steps: cancelled.set(), cancelled=cancelled, workers=2
    )
    assert len(histories) == 4
    assert not any(h.done for h in histories)
    assert all(0 < h.steps < LONG.steps for h in histories)
    assert all(h.epochs == h.steps // 5000 for h in histories)


def test_cancelled_before_it_starts():
    cancelled = Event()
    cancelled.set()
    assert not any(h.done for h in train_many([LONG] * 3, cancelled=cancelled))


@pytest.fixture
def steps_done(monkeypatch):
    """Makes runs of seed 3 fail; gives the last number of steps of every other run, by seed."""
    stream, done = trainer.stream, {}

    def failing(config, *args, **kwargs):
        if config.seed == 3:
            raise ZeroDivisionError("seed 3")
        for history in stream(config, *args, **kwargs):
            done[config.seed] = history.steps
            yield history

    monkeypatch.setattr(trainer, "stream", failing)
    return done


def test_a_failing_run_stops_all_and_is_told(steps_done):
    runs = [RunConfig(problem=LONG.problem, epochs=LONG.epochs, seed=s) for s in range(6)]
    with pytest.raises(ZeroDivisionError, match="seed 3"):
        train_many(runs, workers=4)
    assert max(steps_done.values()) < LONG.steps


def test_an_interrupt_in_this_thread_stops_all(steps_done):
    def interrupt(steps):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_many([LONG] * 3, progress=interrupt, workers=2)
    assert max(steps_done.values()) < LONG.steps


def test_the_same_run_twice():
    config = RunConfig(problem=Problem(shuffle=True, noise=0.1), epochs=20)
    again = RunConfig(problem=Problem(shuffle=True, noise=0.1), epochs=20)
    assert_same(train(config), train(again))
