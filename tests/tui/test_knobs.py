"""The knobs that declarations give, and what turning them makes of a run."""

import re
from itertools import accumulate
from math import inf, isfinite, nan

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optplay.errors import InputError
from optplay.optim import Hyperparameter, Optimizer, optimizers, schedules
from optplay.problems import Problem, SurfaceProblem, datasets, surfaces
from optplay.training import Clip, RunConfig
from optplay.tui.knobs import OFF, ON, knobs, turned, value_of
from optplay.tui.scales import Amount, Choice, Count, Doubling, Fraction, Layers, Number, Switch

# Each knob once, with an optimizer that has it.
KNOBS = {
    repr(knob): (name, knob) for name in optimizers() for knob in knobs(RunConfig(optimizer=name))
}
ALL = list(KNOBS.values())
each = pytest.mark.parametrize(("name", "knob"), ALL, ids=[f"{n}-{k.key}" for n, k in ALL])
numeric = pytest.mark.parametrize(
    ("name", "knob"),
    [(n, k) for n, k in ALL if not isinstance(k.scale, Choice | Switch | Layers)],
    ids=lambda x: getattr(x, "key", x),
)
INTERVAL = re.compile(r"(?:number in |^)([\[(])(\S+), (\S+)([\])])$")


def standing(config, knob):
    """Where a knob stands, or comes on."""
    value = value_of(config, knob.key)
    return value if knob.is_on(value) else ON[knob.key]


def knob_of(key, **config):
    """The knob with this key."""
    return next(k for k in knobs(RunConfig(**config)) if k.key == key)


@pytest.mark.parametrize("name", optimizers())
def test_every_key_of_a_run_has_a_knob(name):
    config = RunConfig(optimizer=name)
    fields = [f for f in RunConfig.__struct_fields__ if f not in ("problem", "hyperparameters")]
    problem = [f"problem.{field}" for field in Problem.__struct_fields__]
    found = [knob.key for knob in knobs(config)]
    assert sorted(found) == sorted([*fields, *problem, *config.hyperparameters])
    assert found[: 1 + len(config.hyperparameters)] == ["optimizer", *config.hyperparameters]


@each
def test_a_knob_can_be_told_and_turned(name, knob):
    config = RunConfig(optimizer=name)
    value = standing(config, knob)
    assert knob.title
    assert knob.allowed
    assert knob.scale.read(knob.show(value)) == value
    assert value_of(turned(config, knob.key, value), knob.key) == value
    other = knob.scale.nudge(value, 1)
    changed = turned(config, knob.key, other)
    assert other == value_of(changed, knob.key) != value
    if knob.key != "optimizer":
        assert turned(changed, knob.key, value_of(config, knob.key)) == config
    if knob.is_choice:
        assert knob.allowed == ", ".join(knob.scale.names)
        assert knob.notes is None or set(knob.notes) == set(knob.scale.names)


@each
@pytest.mark.parametrize("by", [1, -1])
def test_a_run_takes_all_that_two_hundred_notches_give(name, knob, by):
    config = RunConfig(optimizer=name)
    for value in accumulate([by] * 200, knob.scale.nudge, initial=standing(config, knob)):
        assert value_of(turned(config, knob.key, value), knob.key) == value


@numeric
def test_the_range_told_is_that_of_the_notches_and_of_the_run(name, knob):
    config = RunConfig(optimizer=name)
    left, *ends, right = INTERVAL.search(knob.allowed).groups()
    low, high = (float(end.replace(",", "")) for end in ends)
    kind = int if isinstance(knob.scale, Count | Doubling | Number) else float
    for end, is_open, out in ((low, left == "(", -1), (high, right == ")", 1)):
        if is_open:
            with pytest.raises(InputError, match=re.escape(knob.allowed)):
                turned(config, knob.key, kind(end))
        elif end < 1e18:
            inside = kind(end)
            assert value_of(turned(config, knob.key, inside), knob.key) == inside
            assert knob.scale.nudge(inside, out) == inside
        if isinstance(knob.scale, Number) and out > 0:
            continue
        with pytest.raises(InputError, match=re.escape(knob.allowed)):
            turned(config, knob.key, kind(end + out))
        notches = accumulate([out] * 200, knob.scale.nudge, initial=standing(config, knob))
        *_, last = notches
        if not isinstance(knob.scale, Amount) or isinstance(knob.scale, Fraction):
            assert is_open or last == end


@numeric
@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "-1", "0", "1e-300", "5e-324", "1e308", "1e999", str(10**30)]
)
def test_whatever_is_typed_is_a_valid_value_or_refused(name, knob, text):
    config = RunConfig(optimizer=name)
    try:
        value = knob.scale.read(text)
        found = value_of(turned(config, knob.key, value), knob.key)
    except InputError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017 - a value is as good
    else:
        assert isfinite(found)
        assert found == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lr", nan), ("lr", inf), ("lr", -1.0), ("epsilon", 0.0), ("beta1", 1.0), ("beta1", True),
        ("clip", 0.0), ("warmup", 1.1), ("epochs", 0), ("seed", -1), ("seed", 2**63),
        ("optimizer", "adan"), ("decay", "cosin"), ("problem.dataset", "circl"),
        ("problem.test_fraction", 1.0), ("problem.hidden", (0,)), ("problem.batch_size", 0),
        ("problem.activation", "rely"), ("bias_correction", 1.0),
    ],
)  # fmt: skip
def test_refused(key, value):
    with pytest.raises(InputError):
        turned(RunConfig(), key, value)


@pytest.mark.parametrize("key", OFF)
def test_what_can_be_off(key):
    config = turned(RunConfig(), key, ON[key])
    knob = knob_of(key)
    assert knob.switched
    assert knob.is_on(value_of(config, key))
    assert not knob.is_on(value_of(turned(config, key, OFF[key]), key))
    assert turned(config, key, OFF[key]) == RunConfig()
    assert not knob_of("lr").switched


def test_epsilon_is_small():
    epsilon = knob_of("epsilon").scale
    notches = list(accumulate([-1] * 20, epsilon.nudge, initial=1e-8))
    assert (notches[1], notches[-1]) == (5.62e-9, 1e-12)


def test_the_other_hyperparameters_stay():
    config = RunConfig(hyperparameters={"lr": 0.5, "beta2": 0.1})
    expected = config.hyperparameters | {"beta1": 0.3}
    assert turned(config, "beta1", 0.3).hyperparameters == expected


def test_clipping_is_its_norm():
    config = turned(RunConfig(), "clip", 2.5)
    assert config.clip == Clip(norm=2.5)
    assert value_of(config, "clip") == 2.5
    assert value_of(RunConfig(), "clip") is None


def test_a_new_optimizer_keeps_what_both_have():
    config = RunConfig(hyperparameters={"lr": 0.5, "beta1": 0.3, "epsilon": 0.1}, warmup=0.2, l2=1)
    lion = turned(config, "optimizer", "lion")
    assert lion.hyperparameters == {"lr": 0.5, "beta1": 0.3, "beta2": 0.999}
    sgd = turned(lion, "optimizer", "sgd")
    assert sgd.hyperparameters == {"lr": 0.5}
    assert (sgd.warmup, sgd.l2, sgd.problem) == (0.2, 1, config.problem)


@pytest.mark.parametrize(
    ("old", "decay", "new", "after"),
    [
        ("adam", None, "adamw", 0.01), ("adamw", None, "adam", 0.0), ("adamw", 0.3, "adam", 0.3),
        ("adam", 0.3, "adamw", 0.3), ("adamw", 0.0, "adam", 0.0), ("adam", None, "sgd", 0.0),
    ],
)  # fmt: skip
def test_a_new_optimizer_brings_its_weight_decay(old, decay, new, after):
    config = RunConfig(optimizer=old, weight_decay=decay)
    assert turned(config, "optimizer", new).weight_decay == after


@given(st.sampled_from(sorted(optimizers())), st.sampled_from(sorted(optimizers())))
def test_from_any_optimizer_to_any_other(old, new):
    config = RunConfig(optimizer=old)
    found = turned(config, "optimizer", new)
    fresh = RunConfig(optimizer=new)
    common = config.hyperparameters.keys() & fresh.hyperparameters.keys()
    kept = {key: config.hyperparameters[key] for key in common}
    assert found == msgspec.structs.replace(fresh, hyperparameters=fresh.hyperparameters | kept)


HYPERS = (
    Hyperparameter("lr", 0.1, "how far", low=0.01, high=1, low_open=True, high_open=True, log=True),
    Hyperparameter("part", 0.5, "a fraction", low_open=True, high_open=True),
    Hyperparameter("memory", 0.5, "a memory", low_open=True, high_open=True, low=0.2),
    Hyperparameter("wide", 2.0, "a size", low=-5.0, high=5.0),
    Hyperparameter("trick", False, "a switch"),
)  # fmt: skip


def test_an_optimizer_of_ones_own_needs_no_edit(monkeypatch):
    rule = Optimizer("mine", "Mine", "Is new.", "", 2030, HYPERS, (), lambda *_: None)
    monkeypatch.setitem(optimizers(), "mine", rule)
    assert "mine" in knob_of("optimizer").scale.names
    assert knob_of("optimizer").notes["mine"] == "Mine: Is new."
    # What is out of its range is not kept.
    config = turned(RunConfig(), "optimizer", "mine")
    assert config.lr == 0.1
    own = knobs(config)[1 : 1 + len(HYPERS)]
    assert [(k.key, k.text, k.allowed) for k in own] == [
        (h.name, h.text, h.allowed) for h in HYPERS
    ]
    for knob in own:
        for by in (1, -1):
            test_a_run_takes_all_that_two_hundred_notches_give("mine", knob, by)


def test_a_dataset_and_a_decay_of_ones_own_need_no_edit(monkeypatch):
    monkeypatch.setitem(datasets(), "mine", datasets()["circle"])
    monkeypatch.setitem(schedules(), "own", schedules()["cosine"])
    for key, name in (("problem.dataset", "mine"), ("decay", "own")):
        knob = knob_of(key)
        assert name in knob.scale.names
        assert name in knob.notes
        assert name in knob.allowed
        assert value_of(turned(RunConfig(), key, name), key) == name


def test_a_decay_tells_about_itself():
    assert knob_of("decay", decay="cosine").text == schedules()["cosine"].text
    assert knob_of("decay").text == "how lr falls after warmup"


SLOPE = SurfaceProblem(surface="ravine", noise=0.1)


@pytest.mark.parametrize("name", surfaces())
def test_a_surface_has_the_knobs_that_apply(name):
    problem = SurfaceProblem(surface=name)
    found = [k.key for k in knobs(RunConfig(problem=problem)) if k.key.startswith("problem.")]
    starts = [f"problem.start.{i}" for i in range(problem.parameter_count)]
    condition = ["problem.condition"] * (name == "ravine")
    assert found == ["problem.surface", *starts, *condition, "problem.noise", "problem.spread"]
    assert knob_of("epochs", problem=problem).title == "Steps"
    for knob in knobs(RunConfig(problem=problem)):
        value = standing(RunConfig(problem=problem), knob)
        assert knob.scale.read(knob.show(value)) == value


def test_turning_the_knobs_of_a_surface():
    config = RunConfig(problem=SLOPE)
    for key, value, wanted in (
        ("problem.start.0", 1.5, {"start": (1.5, 1.0)}),
        ("problem.start.1", -3.0, {"start": (2.0, -3.0)}),
        ("problem.condition", 3000.0, {"condition": 3000.0}),
        ("problem.noise", 0.0, {"noise": 0.0}),
        ("problem.spread", 0.5, {"spread": 0.5}),
    ):
        after = turned(config, key, value)
        assert after.problem == msgspec.structs.replace(SLOPE, **wanted)
        assert value_of(after, key) == value
    other = turned(turned(config, "problem.start.0", 9.0), "problem.surface", "cycles")
    assert other.problem == SurfaceProblem(surface="cycles", noise=0.1)
    with pytest.raises(InputError, match="found a start of 2 coordinates, allowed: 1, as cycles"):
        turned(other, "problem.start.1", 0.0)
    with pytest.raises(InputError, match=r"condition: found 0.5, allowed: a number in \[1"):
        turned(config, "problem.condition", 0.5)


def test_noise_on_a_surface_comes_on_by_a_nudge():
    scale = knob_of("problem.noise", problem=SLOPE).scale
    assert scale.nudge(0.0, 1) == 0.001
    assert scale.nudge(0.001, -1) == 0.0
    assert scale.nudge(0.1, 1) == 0.178
