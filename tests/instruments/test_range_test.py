"""The learning-rate range test, on curves made up and on a real one."""

from dataclasses import replace
from threading import Event

import msgspec
import numpy as np
import pytest

from optplay.errors import InputError
from optplay.experiments.preset import Fork, Preset, Run
from optplay.instruments.range_test import view
from optplay.instruments.range_test.measure import ramped, range_test, run_tests
from optplay.problems import Problem
from optplay.training import RunConfig, train

RATES = np.logspace(-5, 1, 301)


def found_in(history, losses, **changes):
    made = history(loss=losses, learning_rate=RATES[: len(losses)])
    return range_test(replace(made, **changes) if changes else made)


def test_a_valley(history):
    """Falls fastest at 1e-3, is lowest at 1e-1."""
    places = np.log10(RATES)
    losses = 2 - np.tanh(2 * (places + 3)) + np.maximum(places + 1, 0) ** 2
    found = found_in(history, losses)
    assert found.steepest == pytest.approx(1e-3, rel=0.1)
    assert found.rising == pytest.approx(1e-1, rel=0.3)
    assert found.suggestion == pytest.approx(found.rising / 10)
    assert found.diverged is None


def test_what_never_rises_suggests_nothing(history):
    found = found_in(history, 1 / (1 + np.arange(301)))
    assert (found.rising, found.suggestion) == (None, None)
    assert found.steepest is not None


def test_what_never_falls_has_no_steepest_fall(history):
    found = found_in(history, 1.0 + np.arange(301))
    assert found.steepest is None
    assert found.rising == RATES[0]


def test_a_fall_after_the_rise_does_not_count(history):
    losses = np.concatenate([np.linspace(1, 0.5, 200), [50.0] * 50, [0.9] * 51])
    assert found_in(history, losses).steepest <= RATES[200]


def test_a_run_that_diverged_has_risen(history):
    made = history(loss=np.linspace(1, 0.1, 5), learning_rate=RATES[:250:50], diverged=True)
    made = replace(made, config=ramped(made.config, to=3.0))
    found = range_test(made)
    assert found.rising == RATES[200]
    assert found.diverged == made.config.learning_rate(made.steps - 1)


@pytest.mark.parametrize("epochs", [0, 1])
def test_too_short_to_tell(history, epochs):
    found = found_in(history, np.ones(epochs))
    assert (found.steepest, found.rising, found.suggestion) == (None, None, None)


def test_the_rate_of_a_real_run_rises_over_six_decades():
    config = ramped(
        RunConfig(problem=Problem(samples=20), optimizer="sgd", epochs=60, warmup=0.5), to=5.0
    )
    assert (config.decay, config.warmup, config.lr) == ("ramp", 0.0, 5.0)
    history = train(config)
    found = range_test(history)
    assert config.learning_rate(0) == pytest.approx(5e-6)
    assert found.rates[-1] == 5.0
    assert np.array_equal(found.losses, history["loss"])
    ratios = found.rates[1:] / found.rates[:-1]
    assert ratios == pytest.approx([ratios[0]] * len(ratios))
    assert 1e-3 < found.rising < 5


@pytest.mark.parametrize(
    "changes",
    [
        {"decay": "cosine", "decay_knobs": {"floor": 0.1}, "warmup_steps": 5, "warmup_start": 0.1},
        {"decay": "milestones", "decay_knobs": {"at": [0.5]}, "warmup": 0.1},
        {"decay": "plateau", "decay_knobs": {"patience": 2}},
        {"optimizer": "muon", "decay": "wsd", "warmup_steps": 3},
        {"wrappers": {"sam": {}, "ema": {}, "cautious": {}}, "decay": "cosine_restarts"},
    ],
)
def test_whatever_the_schedule_was_the_rate_rises(changes):
    config = RunConfig(problem=Problem(samples=20, hidden=(3,)), epochs=7, **changes)
    runs = (Run(label="A", config=config),)
    [tested] = run_tests(Preset(name="p", title="T", runs=runs, seeds=(0,)))["A"]
    assert tested.rates[-1] == 10 or tested.diverged
    assert (np.diff(tested.rates) > 0).all()
    assert ramped(config).steps == config.steps


def test_a_rate_out_of_range():
    with pytest.raises(InputError, match="lr: found 2000"):
        ramped(RunConfig(), to=2000.0)


PROBLEM = Problem(samples=20, hidden=(4,))


def same(found, config):
    """The test is that of the run alone, bit for bit."""
    losses = train(ramped(config))["loss"]
    return np.array_equal(found.losses, losses, equal_nan=True)


def test_each_run_starts_by_itself_also_where_it_is_a_fork():
    a, b = (RunConfig(problem=PROBLEM, optimizer=name, epochs=9) for name in ("adam", "sgd"))
    runs = Run(label="A", config=a), Run(label="B", config=b, fork=Fork(run="A", epoch=3))
    done = []
    found = run_tests(Preset(name="p", title="T", runs=runs, seeds=(0, 7)), progress=done.append)
    assert list(found) == ["A", "B"]
    for label, config in (("A", a), ("B", b)):
        for seed, test in zip((0, 7), found[label], strict=True):
            assert same(test, msgspec.structs.replace(config, seed=seed))
    assert done[-1] == 4 * 9 * 20


def test_the_view_has_them_as_they_come_in_the_order_of_the_runs(monkeypatch):
    monkeypatch.setattr(view, "all_but_one", lambda: None)
    configs = {f"run {i}": RunConfig(problem=PROBLEM, epochs=30 - 3 * i) for i in range(9)}
    ramps = tuple((label, ramped(config)) for label, config in configs.items())
    every = list(view._tests(ramps, Event()))
    assert [len(found) for found in every] == list(range(1, 10))
    for found in every:
        assert list(found) == [label for label in configs if label in found]
    assert all(same(every[-1][label][0], config) for label, config in configs.items())


def test_the_view_stops():
    stop = Event()
    stop.set()
    assert list(view._tests((("A", RunConfig()),), stop)) == []
