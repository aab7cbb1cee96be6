"""The decays of the learning rate, and warmup."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.optim import OPTIMIZERS, SCHEDULES
from optplay.problems import Problem
from optplay.training import RunConfig, train
from optplay.training.compilation import compiled_factor

NAMES = [
    "none", "cosine", "linear", "step", "exponential", "one_cycle", "cosine_restarts",
    "inverse_sqrt", "ramp",
]  # fmt: skip


def expected_rates(config: RunConfig, total: int) -> list[float]:
    """The learning rate of each step, as DESIGN section 5 defines it."""
    warm = round(config.warmup * total)
    decay = SCHEDULES.find(config.decay).factor
    rising = [(k + 1) / warm for k in range(warm)]
    falling = [decay(k, total - warm) for k in range(total - warm)]
    return [config.lr * f for f in rising + falling]


def test_those_tested_are_there():
    assert set(NAMES) <= set(SCHEDULES)


@pytest.mark.parametrize("n", [5, 12, 100])
@pytest.mark.parametrize("name", ["cosine", "step", "exponential", "one_cycle", "cosine_restarts"])
def test_agrees_with_torch(name, n, torch_schedules):
    factor = SCHEDULES.find(name).factor
    reference = torch_schedules[name][str(n)]
    assert len(reference) == n
    np.testing.assert_allclose([factor(k, n) for k in range(n)], reference, rtol=0, atol=1e-12)


def test_those_that_torch_has_no_name_for():
    factors = [SCHEDULES.find("inverse_sqrt").factor(k, 9) for k in range(9)]
    assert factors == pytest.approx([1 / np.sqrt(t) for t in range(1, 10)], rel=1e-15)
    assert [SCHEDULES.find("none").factor(k, 4) for k in range(4)] == [1, 1, 1, 1]
    assert [SCHEDULES.find("linear").factor(k, 4) for k in range(4)] == [1, 0.75, 0.5, 0.25]


@pytest.mark.parametrize("name", NAMES)
def test_a_run_of_one_step_has_the_whole_rate(name):
    assert SCHEDULES.find(name).factor(0, 1) == 1


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("none", 1, 1),
        ("cosine", 1, 0.5 * (1 + np.cos(np.pi * 0.99))),
        ("linear", 1, 0.01),
        ("step", 1, 0.01),
        ("exponential", 1, 0.01**0.99),
        ("one_cycle", 0.04, 0.04 / 1e4),
        ("cosine_restarts", 1, 0.5 * (1 + np.cos(np.pi * 24 / 25))),
        ("ramp", 1e-6, 1),
    ],
)
def test_first_and_last_step(name, first, last):
    factor = SCHEDULES.find(name).factor
    np.testing.assert_allclose([factor(0, 100), factor(99, 100)], [first, last], atol=1e-12)


@given(st.sampled_from(NAMES), st.integers(1, 10_000), st.data())
def test_always_between_nothing_and_all(name, n, data):
    factor = SCHEDULES.find(name).factor(data.draw(st.integers(0, n - 1)), n)
    assert 0 <= factor <= 1


@given(st.sampled_from(["cosine", "linear", "step", "exponential"]), st.integers(2, 300))
def test_never_rises(name, n):
    factors = [SCHEDULES.find(name).factor(k, n) for k in range(n)]
    assert all(a >= b for a, b in pairwise(factors))
    assert factors[0] > factors[-1]


@given(st.integers(2, 300))
def test_the_ramp_rises_by_the_same_factor_each_step(n):
    factors = [SCHEDULES.find("ramp").factor(k, n) for k in range(n)]
    ratios = [b / a for a, b in pairwise(factors)]
    assert ratios == pytest.approx([10 ** (6 / (n - 1))] * (n - 1))


@pytest.mark.parametrize("name", NAMES)
def test_plain_python_and_machine_code_agree(name):
    plain = SCHEDULES.find(name).factor
    compiled = compiled_factor(SCHEDULES.find(name))
    for n in (1, 2, 7, 40):
        pairs = [(compiled(k, n), plain(k, n)) for k in range(n)]
        np.testing.assert_array_equal(*zip(*pairs, strict=True))


@pytest.mark.parametrize("decay", NAMES)
@pytest.mark.parametrize(
    ("warmup", "total"), [(0.0, 20), (0.3, 20), (1.0, 20), (0.0, 1), (1.0, 1), (0.02, 20)]
)
def test_a_run_records_the_rate_of_its_steps(decay, warmup, total):
    # One batch per epoch: every step is recorded.
    problem = Problem(samples=4, batch_size=4, hidden=[2])
    config = RunConfig(
        problem=problem, hyperparameters={"lr": 0.01}, warmup=warmup, decay=decay, epochs=total
    )
    rates = expected_rates(config, total)
    assert config.steps == len(rates) == total
    np.testing.assert_allclose(train(config)["learning_rate"], rates, rtol=1e-12, atol=1e-16)
    assert [config.learning_rate(k) for k in range(total)] == pytest.approx(rates, rel=1e-12)


def test_the_rate_of_an_epoch_is_that_of_its_last_step():
    problem = Problem(samples=6, batch_size=2, hidden=[2])
    config = RunConfig(problem=problem, warmup=0.25, decay="linear", epochs=4)
    rates = expected_rates(config, 12)
    assert rates[:3] == pytest.approx([0.001 / 3, 0.002 / 3, 0.001])
    np.testing.assert_allclose(train(config)["learning_rate"], rates[2::3], rtol=1e-12)


@pytest.mark.parametrize("warmup", [0.0, 0.2, 0.37, 1.0])
@pytest.mark.parametrize("decay", NAMES)
def test_the_config_and_the_loop_agree_on_the_rate(decay, warmup):
    problem = Problem(samples=7, batch_size=2, hidden=[2])
    config = RunConfig(problem=problem, warmup=warmup, decay=decay, epochs=9)
    last_steps = range(problem.steps_per_epoch - 1, config.steps, problem.steps_per_epoch)
    expected = [config.learning_rate(k) for k in last_steps]
    np.testing.assert_allclose(train(config)["learning_rate"], expected, rtol=1e-14, atol=1e-18)


def test_they_are_listed_in_their_order():
    listed = [
        "none", "linear", "exponential", "step", "cosine", "cosine_restarts", "one_cycle",
        "inverse_sqrt", "ramp",
    ]  # fmt: skip
    assert [name for name in SCHEDULES if name in listed] == listed
    years = [optimizer.year for optimizer in OPTIMIZERS.values()]
    assert years == sorted(years)
