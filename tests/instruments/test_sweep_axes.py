"""What a sweep turns."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.instruments.sweep.axes import SweptKey, parse_axis, sweepable
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem, SurfaceProblem
from optplay.training import Clip, RunConfig

ADAM = RunConfig()


def turned(config, key, value):
    """The run with a key at a value of an axis."""
    return SweptKey(key, (value,), log=False).set(config, value)


def test_rates_go_by_factors():
    axis = parse_axis("lr=1e-5:1:6", ADAM)
    assert (axis.key, axis.log) == ("lr", True)
    assert axis.values == (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)


@pytest.mark.parametrize(
    ("text", "values", "log"),
    [
        ("beta1=0:0.9:4", (0, 0.3, 0.6, 0.9), False),
        ("warmup = 0 : 0.5 : 3", (0, 0.25, 0.5), False),
        ("weight_decay=1e-3:1e-1:3", (0.001, 0.01, 0.1), True),
        ("l2=1e-3:1e-1:3", (0.001, 0.01, 0.1), True),
        ("lambda=1e-3:1e-1:3", (0.001, 0.01, 0.1), True),
        ("clip.norm=0.1:10:3", (0.1, 1, 10), True),
        ("epsilon=1e-8:1e-2:4", (1e-8, 1e-6, 1e-4, 1e-2), True),
        ("problem.noise=0:0.5:3", (0, 0.25, 0.5), False),
        ("problem.batch_size=1:64:7", (1, 2, 4, 8, 16, 32, 64), True),
        ("problem.batch_size=1:3:9", (1, 2, 3), True),
    ],
)
def test_each_key_goes_as_it_is_declared(text, values, log):
    axis = parse_axis(text, ADAM)
    assert axis.values == pytest.approx(values)
    assert axis.log == log
    assert all(axis.set(ADAM, value) for value in axis.values)


def test_whole_numbers_stay_whole():
    axis = parse_axis("problem.samples=10:1000:3", ADAM)
    assert [type(value) for value in axis.values] == [int] * 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lr", ["'lr'", "KEY=LOW:HIGH:N"]),
        ("lr=1e-5:1", ["KEY=LOW:HIGH:N"]),
        ("lr=1:2:3:4", ["KEY=LOW:HIGH:N"]),
        ("lr=a:1:5", ["'a:1:5'", "LOW:HIGH:N"]),
        ("lr=1e-5:1:2.5", ["LOW:HIGH:N"]),
        ("lr=1e-5:1:1", ["found 1 value,", "2 to 1,000"]),
        ("lr=1e-5:1:1001", ["2 to 1,000"]),
        ("lr=1:1e-5:5", ["LOW below HIGH"]),
        ("lr=1:1:5", ["LOW below HIGH"]),
        ("lr=nan:1:5", ["LOW below HIGH"]),
        ("lr=1:inf:5", ["LOW below HIGH"]),
        ("lr=0:1:5", ["lr: found 0", "above 0"]),
        ("lr=1:5000:5", ["lr: found 5000", "[0, 1000]"]),
        ("beta1=0.5:1:5", ["beta1: found 1.0", "[0, 1)"]),
        ("problem.noise=0:99:5", ["problem: noise: found 99"]),
        ("warm_up=0:1:3", ["'warm_up'", "did you mean 'warmup'?"]),
        ("beta=0:0.5:3", ["knob of a run with adam 'beta'", "it is called 'beta1' here"]),
        ("bias_correction=0:1:2", ["bias_correction", "allowed: lr"]),
        ("problem.hidden=1:2:2", ["problem.hidden", "problem.batch_size"]),
        ("problem.data_seed=1:2:2", ["problem.data_seed"]),
        ("epochs=1:10:3", ["epochs"]),
        ("seed=1:10:3", ["seed"]),
        ("=1:10:3", ["''"]),
    ],
)
def test_what_is_wrong_is_told_in_a_line(text, words):
    with pytest.raises(InputError) as caught:
        parse_axis(text, ADAM)
    assert all(word in str(caught.value) for word in words)
    assert "\n" not in str(caught.value)


def test_clipping_is_switched_on():
    assert turned(ADAM, "clip.norm", 0.5) == RunConfig(clip=Clip(norm=0.5))


def test_lambda_is_that_of_the_kind_of_decay_a_run_has():
    l2 = RunConfig(l2=0.1)
    assert turned(l2, "lambda", 0.5) == RunConfig(l2=0.5)
    assert turned(ADAM, "lambda", 0.5) == RunConfig(weight_decay=0.5)
    adamw = RunConfig(optimizer="adamw")
    assert turned(adamw, "lambda", 0.5) == RunConfig(optimizer="adamw", weight_decay=0.5)


def test_a_surface_has_keys_of_its_own():
    run = RunConfig(problem=SurfaceProblem(surface="ravine"))
    axis = parse_axis("problem.condition=1:100:3", run)
    assert (axis.values, axis.log) == ((1, 10, 100), True)
    assert axis.set(run, 10).problem == SurfaceProblem(surface="ravine", condition=10)
    assert not {"problem.start", "problem.samples"} & set(sweepable(run))


def test_the_rest_of_a_run_stays():
    run = RunConfig(problem=Problem(samples=9), hyperparameters={"beta1": 0.5}, warmup=0.1, seed=3)
    assert turned(run, "problem.samples", 5) == RunConfig(
        problem=Problem(samples=5), hyperparameters={"beta1": 0.5}, warmup=0.1, seed=3
    )


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_number_that_a_run_has_can_be_turned(name):
    run = RunConfig(optimizer=name)
    keys = [*sweepable(run), "lambda"]
    numbers = [h.name for h in run.rule.hyperparameters if not isinstance(h.default, bool)]
    assert [key for key in keys if key in numbers] == numbers
    for key in keys:
        whole = key in ("problem.samples", "problem.batch_size")
        assert turned(run, key, 3 if whole else 0.25) != run


@given(
    st.sampled_from(["lr", "l2", "beta1", "warmup", "problem.noise", "problem.samples"]),
    st.floats(1, 900), st.floats(1.001, 1.1), st.integers(2, 60),
)  # fmt: skip
def test_values_increase_from_end_to_end(key, low, factor, count):
    low = low if key in ("lr", "l2", "problem.samples") else low / 1000
    high = low * factor
    axis = parse_axis(f"{key}={low!r}:{high!r}:{count}", ADAM)
    values = np.array(axis.values)
    assert np.all(np.diff(values) > 0)
    assert len(values) <= count
    slack = 0.5 if key == "problem.samples" else 1e-5 * high
    assert abs(values[0] - low) <= slack
    assert abs(values[-1] - high) <= slack
    if key != "problem.samples" and len(values) == count > 2 and factor > 1.05:
        steps = np.diff(np.log(values) if axis.log else values)
        assert np.ptp(steps) <= 3e-5 * (1 if axis.log else high)
