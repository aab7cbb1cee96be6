"""The learning-rate range test, on curves made up and on a real one."""

from dataclasses import replace

import numpy as np
import pytest

from optplay.errors import InputError
from optplay.experiments.range_test import ramped, range_test
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


def test_a_rate_out_of_range():
    with pytest.raises(InputError, match="lr: found 2000"):
        ramped(RunConfig(), to=2000.0)
