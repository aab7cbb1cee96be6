"""What a sweep turns."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.experiments.keys import key_of
from optplay.experiments.scales import Count, Doubling
from optplay.instruments.sweep.axes import SweptKey, parse_axis, sweepable
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem, SurfaceProblem
from optplay.training import Clip, RunConfig

ANYWHERE = sorted(name for name, rule in OPTIMIZERS.items() if rule.anywhere)

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


@pytest.mark.parametrize("key", ["sam.rho", "l2", "weight_decay"])
def test_what_is_off_at_zero_is_spread_evenly_from_there(key):
    axis = parse_axis(f"{key}=0:0.2:5", ADAM)
    assert (axis.values, axis.log) == ((0, 0.05, 0.1, 0.15, 0.2), False)
    assert parse_axis(f"{key}=0.002:0.2:3", ADAM).values == (0.002, 0.02, 0.2)


def test_a_wrapper_is_turned_by_its_name_as_it_is_set():
    axis = parse_axis("sam=0.01:0.1:2", ADAM)
    assert axis.set(ADAM, 0.1) == RunConfig(wrappers={"sam": {"rho": 0.1}})
    assert turned(ADAM, "ema", 0.5) == RunConfig(wrappers={"ema": {"beta": 0.5}})
    with pytest.raises(InputError, match="unknown knob of a run with adam 'cautious'"):
        parse_axis("cautious=0:1:2", ADAM)


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


@pytest.mark.parametrize("name", ANYWHERE)
def test_every_number_that_a_run_has_can_be_turned(name):
    run = RunConfig(optimizer=name)
    keys = [*sweepable(run), "lambda"]
    numbers = [h.name for h in run.rule.hyperparameters if not isinstance(h.default, bool)]
    assert [key for key in keys if key in numbers] == numbers
    for key in keys:
        scale = key_of(run, key).scale
        whole = isinstance(scale, Count | Doubling)
        value = 3 if whole else 0.25 + 2 * max(getattr(scale, "low", 0.0), 0.0)
        assert turned(run, key, value) != run


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


def test_knobs_of_the_decay():
    config = RunConfig(decay="cosine")
    axis = parse_axis("decay.floor=0:0.5:6", config)
    assert (axis.values, axis.log) == ((0.0, 0.1, 0.2, 0.3, 0.4, 0.5), False)
    assert axis.set(config, 0.3).decay_knobs == {"floor": 0.3}
    axis = parse_axis("decay.cycles=1:8:4", RunConfig(decay="cosine_restarts"))
    assert axis.values == (1, 2, 4, 8)
    for text in ("decay.shape=0:1:2", "decay.at=0:1:2"):
        name = "one_cycle" if "shape" in text else "milestones"
        with pytest.raises(InputError, match="unknown knob of a run with adam 'decay"):
            parse_axis(text, RunConfig(decay=name))
    with pytest.raises(InputError, match=r"none has no floor, .* as in decay=linear"):
        parse_axis("decay.floor=0:0.5:6", RunConfig())


def test_warmup_in_steps_and_from_a_start():
    axis = parse_axis("warmup.steps=10:1000:3", RunConfig(warmup=0.5))
    assert axis.values == (10, 100, 1000)
    assert axis.set(RunConfig(warmup=0.5), 100) == RunConfig(warmup_steps=100)
    axis = parse_axis("warmup.start=0:1:3", RunConfig(warmup=0.5))
    assert axis.set(RunConfig(warmup=0.5), 0.5) == RunConfig(warmup=0.5, warmup_start=0.5)
    with pytest.raises(InputError, match="found without warmup, set it too"):
        parse_axis("warmup.start=0:1:3", RunConfig())


def test_clipping_by_value():
    axis = parse_axis("clip.value=0.01:1:3", RunConfig(clip=Clip(norm=1.0)))
    assert axis.set(RunConfig(), 0.1).clip == Clip(value=0.1)
