"""The decays of the learning rate, and warmup."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.optim import OPTIMIZERS, SCHEDULES, Hyperparameter
from optplay.optim.parts import steps_of
from optplay.problems import Problem
from optplay.training import RunConfig, train
from optplay.training.compilation import compiled_factor

NAMES = [
    "none", "linear", "polynomial", "exponential", "step", "milestones", "cosine",
    "cosine_restarts", "one_cycle", "inverse_sqrt", "wsd", "ramp",
]  # fmt: skip
# Knobs that are not at their defaults, for all that have some.
TURNED = [
    ("linear", {"floor": 0.1}),
    ("polynomial", {"power": 0.9, "floor": 0.05}),
    ("exponential", {"end": 0.3}),
    ("step", {"every": 0.1, "factor": 0.7}),
    ("milestones", {"factor": 0.5, "at": [0.2, 0.3, 0.9]}),
    ("cosine", {"floor": 1.0}),
    ("cosine_restarts", {"cycles": 3, "growth": 1.7, "floor": 0.1}),
    ("one_cycle", {"peak": 0.5, "start": 0.5, "end": 0.0, "shape": "linear"}),
    ("wsd", {"cooldown": 0.5, "floor": 0.25}),
]
ALL = [*((name, {}) for name in NAMES), *TURNED]
every_one = pytest.mark.parametrize(("name", "knobs"), ALL, ids=[f"{n}-{len(k)}" for n, k in ALL])


def factors(name, n, warmup=0, **knobs):
    """What the rate is multiplied by at all n steps after so many of warmup."""
    schedule = SCHEDULES.find(name)
    numbers = np.array(schedule.numbers(schedule.complete(knobs)), dtype=np.float64)
    return [schedule.at(k, n, warmup, numbers) for k in range(n)]


def expected_rates(config: RunConfig, total: int) -> list[float]:
    """The learning rate of each step, as DESIGN section 4 defines it."""
    warm, start = config.warmup_steps or round(config.warmup * total), config.warmup_start
    rising = [start + (1 - start) * (k + 1) / warm for k in range(min(warm, total))]
    left = max(total - warm, 0)
    falling = factors(config.decay, left, warm, **config.decay_knobs)
    return [config.lr * f for f in rising + falling]


def test_those_tested_are_there():
    assert set(NAMES) <= set(SCHEDULES)
    assert {name for name, _ in TURNED} == {n for n in NAMES if SCHEDULES[n].knobs}


@pytest.mark.parametrize("n", [5, 12, 100])
@pytest.mark.parametrize("name", ["cosine", "step", "exponential", "one_cycle", "cosine_restarts"])
def test_agrees_with_torch(name, n, torch_schedules):
    reference = torch_schedules[name][str(n)]
    assert len(reference) == n
    np.testing.assert_allclose(factors(name, n), reference, rtol=0, atol=1e-12)


def test_with_its_knobs_each_agrees_with_torch(torch_schedule_knobs):
    """StepLR, MultiStepLR, PolynomialLR … at the same floor, milestones, power …"""
    for name, cases in torch_schedule_knobs.items():
        for case in cases:
            for n, reference in case["rates"].items():
                found = factors(name, int(n), **case["knobs"])
                np.testing.assert_allclose(found, reference, rtol=0, atol=1e-12)
    alike = {"none", "inverse_sqrt", "wsd", "ramp"}  # torch has no such schedule
    assert {*torch_schedule_knobs} == {*NAMES} - alike


def test_those_that_torch_has_no_name_for():
    assert factors("inverse_sqrt", 9) == pytest.approx(
        [1 / np.sqrt(t) for t in range(1, 10)], rel=1e-15
    )
    assert factors("none", 4) == [1, 1, 1, 1]
    assert factors("linear", 4) == [1, 0.75, 0.5, 0.25]
    assert factors("wsd", 10) == pytest.approx([1.0] * 9 + [0.5])
    assert factors("wsd", 10, cooldown=0.4, floor=0.2) == pytest.approx([1.0] * 7 + [0.8, 0.6, 0.4])
    assert factors("wsd", 5, cooldown=0.0) == [1.0] * 5
    assert factors("wsd", 4, cooldown=1.0, floor=0.1) == factors("linear", 4, floor=0.1)
    assert factors("polynomial", 4, power=1.0) == factors("linear", 4)


def test_what_growth_makes_of_restarts():
    """Cycles of 2, 4 and 8 steps; of any growth they begin anew as often as there is room."""
    found = factors("cosine_restarts", 14, cycles=3, growth=2.0)
    assert [k for k in range(14) if found[k] == 1.0] == [0, 2, 6]
    found = factors("cosine_restarts", 1000, cycles=5, growth=1.5)
    assert sum(b > a for a, b in pairwise(found)) == 4
    assert factors("cosine_restarts", 9, cycles=100, growth=10.0)[0] == 1.0


@pytest.mark.parametrize("warmup", [1, 7, 100])
def test_the_inverse_root_goes_on_from_the_warmup(warmup):
    """√(W/(k+1)) at step k of the run: 1 at the last step of warmup, where this would be too."""
    found = factors("inverse_sqrt", 50, warmup)
    expected = [np.sqrt(warmup / (k + 1)) for k in range(warmup, warmup + 50)]
    assert found == pytest.approx(expected, rel=1e-15)
    assert 1 > found[0] > 1 - 1 / warmup


@pytest.mark.parametrize("name", NAMES)
def test_a_run_of_one_step_has_the_whole_rate(name):
    assert factors(name, 1) == [1.0]


@pytest.mark.parametrize("part", [1 / 3, 0.1, 0.2, 0.3, 0.7, 1 / 7])
def test_a_part_of_a_run_is_no_step_more_by_rounding(part):
    for n in range(0, 5000):
        exact = Fraction(part).limit_denominator(100) * n
        assert steps_of(part, n) == -(-exact.numerator // exact.denominator)
    assert steps_of(5e-324, 10) == 1
    assert (steps_of(0.0, 10), steps_of(1.0, 10), steps_of(1.0, 0)) == (0, 10, 0)


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
        ("polynomial", 1, 1e-4),
        ("milestones", 1, 0.01),
        ("wsd", 1, 0.05),
    ],
)
def test_first_and_last_step(name, first, last):
    found = factors(name, 100)
    np.testing.assert_allclose([found[0], found[-1]], [first, last], atol=1e-12)


@st.composite
def knobs_of(draw, name):
    """Any knobs that a decay may have."""
    knobs = {}
    for h in SCHEDULES[name].knobs:
        low, high = max(h.low, 1e-6), h.high
        if h.names:
            knobs[h.name] = draw(st.sampled_from(h.names))
        elif isinstance(h.default, tuple):
            knobs[h.name] = sorted(draw(st.sets(st.floats(1e-9, 0.999), min_size=1, max_size=20)))
        elif h.whole:
            knobs[h.name] = draw(st.integers(int(h.low), int(h.high)))
        else:
            knobs[h.name] = draw(st.floats(low, high))
    return knobs


@given(st.sampled_from(NAMES), st.integers(1, 1000), st.integers(0, 50), st.data())
def test_always_between_nothing_and_all(name, n, warmup, data):
    found = factors(name, n, warmup, **data.draw(knobs_of(name)))
    assert all(0 <= factor <= 1 for factor in found)


FALLING = ["cosine", "linear", "polynomial", "step", "milestones", "exponential", "wsd"]


@given(st.sampled_from(FALLING), st.integers(10, 300))
def test_never_rises(name, n):
    found = factors(name, n)
    assert all(a >= b for a, b in pairwise(found))
    assert found[0] > found[-1]


@given(st.integers(2, 300), st.floats(0, 1), st.data())
def test_no_decay_falls_below_its_floor(n, floor, data):
    name = data.draw(st.sampled_from([n for n, k in TURNED if "floor" in k]))
    assert min(factors(name, n, floor=floor)) >= floor * (1 - 1e-15)


@given(st.integers(2, 300))
def test_the_ramp_rises_by_the_same_factor_each_step(n):
    ratios = [b / a for a, b in pairwise(factors("ramp", n))]
    assert ratios == pytest.approx([10 ** (6 / (n - 1))] * (n - 1))


@every_one
def test_plain_python_and_machine_code_agree(name, knobs):
    schedule = SCHEDULES.find(name)
    compiled = compiled_factor(schedule)
    numbers = np.array(schedule.numbers(schedule.complete(knobs)), dtype=np.float64)
    for n in (1, 2, 7, 40):
        for warmup in (0, 3):
            found = [compiled(k, n, warmup, numbers) for k in range(n)]
            assert found == factors(name, n, warmup, **knobs)


WARMUPS = [
    {}, {"warmup": 0.3}, {"warmup": 1.0}, {"warmup": 0.02}, {"warmup": 0.3, "warmup_start": 0.25},
    {"warmup_steps": 5}, {"warmup_steps": 50, "warmup_start": 0.01}, {"warmup_steps": 1},
]  # fmt: skip


@every_one
@pytest.mark.parametrize("warmup", WARMUPS, ids=str)
@pytest.mark.parametrize("total", [20, 1])
def test_a_run_records_the_rate_of_its_steps(name, knobs, warmup, total):
    # One batch per epoch: every step is recorded.
    problem = Problem(samples=4, batch_size=4, hidden=[2])
    config = RunConfig(
        problem=problem, hyperparameters={"lr": 0.01}, decay=name, decay_knobs=knobs, epochs=total,
        **warmup,
    )  # fmt: skip
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
    assert [name for name in SCHEDULES if name in NAMES] == NAMES
    years = [optimizer.year for optimizer in OPTIMIZERS.values()]
    assert years == sorted(years)


def test_a_warmup_rises_from_its_start():
    problem = Problem(samples=4, batch_size=4, hidden=[2])
    config = RunConfig(problem=problem, warmup_steps=4, warmup_start=0.2, epochs=8)
    rates = [config.learning_rate(k) / config.lr for k in range(6)]
    assert rates == pytest.approx([0.4, 0.6, 0.8, 1.0, 1.0, 1.0])


def test_the_schedule_of_a_fork_covers_its_own_steps():
    problem = Problem(samples=4, batch_size=4, hidden=[2])
    config = RunConfig(
        problem=problem, warmup=0.2, decay="cosine", decay_knobs={"floor": 0.1}, epochs=30
    )
    alone = RunConfig(
        problem=problem, warmup=0.2, decay="cosine", decay_knobs={"floor": 0.1}, epochs=20
    )
    own = [config.learning_rate(k, begin=10) for k in range(10, 30)]
    assert own == [alone.learning_rate(k) for k in range(20)]
    assert config.warm(20) == 4


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"decay": "cosine", "decay_knobs": {"flor": 0.1}}, "did you mean 'floor'"),
        ({"decay": "cosine", "decay_knobs": {"floor": 1.5}}, "floor: found 1.5, allowed"),
        ({"decay": "cosine", "decay_knobs": {"floor": True}}, "floor: found True"),
        ({"decay": "none", "decay_knobs": {"floor": 0.1}}, "none has no knobs: found 'floor'"),
        ({"decay": "one_cycle", "decay_knobs": {"shape": "liner"}}, "did you mean 'linear'"),
        ({"decay": "cosine_restarts", "decay_knobs": {"cycles": 2.5}}, "a whole number in [1,"),
        ({"decay": "milestones", "decay_knobs": {"at": []}}, "1 to 20 numbers that increase"),
        ({"decay": "milestones", "decay_knobs": {"at": [0.5, 0.5]}}, "numbers that increase"),
        ({"decay": "milestones", "decay_knobs": {"at": [0.5, 1.0]}}, "in (0, 1)"),
        ({"decay": "milestones", "decay_knobs": {"at": 0.5}}, "found 0.5"),
        ({"warmup": 0.1, "warmup_steps": 3}, "found a part and steps"),
        ({"warmup_steps": 0}, "a whole number in [1,"),
        ({"warmup_steps": 2.5}, "found 2.5"),
        ({"warmup": 0.1, "warmup_start": 1.5}, "a number in [0, 1]"),
    ],
)  # fmt: skip
def test_a_wrong_schedule_is_told_in_one_line(given, words):
    with pytest.raises(InputError) as error:
        RunConfig(**given)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_start_without_a_warmup_is_none():
    assert RunConfig(warmup_start=0.5) == RunConfig()


def test_the_numbers_that_a_schedule_is_given():
    at = Hyperparameter("at", (0.5,), "where")
    assert at.numbers(at.check([0.25, 0.75])) == (0.25, 0.75)
    shape = Hyperparameter("shape", "a", "which", names=("a", "b"))
    assert (shape.numbers("a"), shape.numbers("b")) == ((0.0,), (1.0,))
    whole = Hyperparameter("whole", 3, "how many", high=9.0, whole=True)
    assert isinstance(whole.check(4.0), int)
    assert whole.numbers(4) == (4.0,)
    config = RunConfig(decay="milestones", decay_knobs={"at": [0.1, 0.2, 0.3]})
    assert config.decay_numbers.tolist() == [0.1, 0.1, 0.2, 0.3]
    assert RunConfig().decay_numbers.shape == (0,)
