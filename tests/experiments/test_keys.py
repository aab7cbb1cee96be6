"""The keys that declarations give, and what another value of them makes of a run."""

import re
from itertools import accumulate, groupby
from math import inf, isfinite, nan

import msgspec
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.experiments.keys import PIPELINE, key_of, keys
from optplay.experiments.scales import (
    Amount,
    Choice,
    Count,
    Doubling,
    Fraction,
    Layers,
    Number,
    Switch,
)
from optplay.optim import OPTIMIZERS, SCHEDULES, Hyperparameter, Optimizer
from optplay.problems import DATASETS, SURFACES, Problem, SurfaceProblem
from optplay.training import Clip, RunConfig

# Each key once, with an optimizer that has it.
KEYS = {repr(key): (name, key) for name in OPTIMIZERS for key in keys(RunConfig(optimizer=name))}
ALL = list(KEYS.values())
each = pytest.mark.parametrize(("name", "key"), ALL, ids=[f"{n}-{k.name}" for n, k in ALL])
numeric = pytest.mark.parametrize(
    ("name", "key"),
    [(n, k) for n, k in ALL if not isinstance(k.scale, Choice | Switch | Layers)],
    ids=lambda x: getattr(x, "name", x),
)
SEED = ", 0 or more and below 2^63"
INTERVAL = re.compile(r"(?:number in |^)([\[(])(\S+), (\S+)([\])])$")


def standing(config, key):
    """Where a key stands, or comes on."""
    value = key.get(config)
    return value if key.is_on(value) else key.on


def key_named(name, **config):
    """A key of the run that is configured so."""
    return key_of(RunConfig(**config), name)


def turned(config, name, value):
    """The run with another value of a key."""
    return key_of(config, name).set(config, value)


def value_of(config, name):
    """What a key of the run stands at."""
    return key_of(config, name).get(config)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_everything_in_a_run_has_a_key(name):
    config = RunConfig(optimizer=name)
    fields = [f for f in RunConfig.__struct_fields__ if f not in ("problem", "hyperparameters")]
    fields[fields.index("clip")] = "clip.norm"
    problem = [f"problem.{field}" for field in Problem.__struct_fields__]
    found = [key.name for key in keys(config)]
    assert sorted(found) == sorted([*fields, *problem, *config.hyperparameters])
    assert found[: 1 + len(config.hyperparameters)] == ["optimizer", *config.hyperparameters]


@each
def test_a_key_can_be_told_and_turned(name, key):
    config = RunConfig(optimizer=name)
    value = standing(config, key)
    assert key.title
    assert key.allowed
    assert key.scale.read(key.show(value)) == value
    assert key.get(key.set(config, value)) == value
    other = key.scale.nudge(value, 1)
    changed = key.set(config, other)
    assert other == key.get(changed) != value
    if key.name != "optimizer":
        assert key.set(changed, key.get(config)) == config
    if key.is_choice:
        assert key.allowed == ", ".join(key.scale.names)
        assert key.notes is None or set(key.notes) == set(key.scale.names)


@each
@pytest.mark.parametrize("by", [1, -1])
def test_a_run_takes_all_that_two_hundred_notches_give(name, key, by):
    config = RunConfig(optimizer=name)
    notches = accumulate([by] * 200, key.scale.nudge, initial=standing(config, key))
    for value, _ in groupby(notches):
        assert key.get(key.set(config, value)) == value


@numeric
def test_the_range_told_is_that_of_the_notches_and_of_the_run(name, key):
    config = RunConfig(optimizer=name)
    allowed = key.allowed.replace(SEED, f" in [0, {2**63 - 1}]")
    left, *ends, right = INTERVAL.search(allowed).groups()
    low, high = (float(end.replace(",", "")) for end in ends)
    kind = int if isinstance(key.scale, Count | Doubling | Number) else float
    for end, is_open, out in ((low, left == "(", -1), (high, right == ")", 1)):
        if is_open:
            with pytest.raises(InputError, match=re.escape(key.allowed)):
                key.set(config, kind(end))
        elif end < 1e18:
            inside = kind(end)
            assert key.get(key.set(config, inside)) == inside
            assert key.scale.nudge(inside, out) == inside
        if isinstance(key.scale, Number) and out > 0:
            continue
        with pytest.raises(InputError, match=re.escape(key.allowed)):
            key.set(config, kind(end + out))
        notches = accumulate([out] * 200, key.scale.nudge, initial=standing(config, key))
        *_, last = notches
        if not isinstance(key.scale, Amount) or isinstance(key.scale, Fraction):
            assert is_open or last == end


@numeric
@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "-1", "0", "1e-300", "5e-324", "1e308", "1e999", str(10**30)]
)
def test_whatever_is_typed_is_a_valid_value_or_refused(name, key, text):
    config = RunConfig(optimizer=name)
    try:
        value = key.scale.read(text)
        found = key.get(key.set(config, value))
    except InputError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017 - a value is as good
    else:
        assert isfinite(found)
        assert found == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lr", nan), ("lr", inf), ("lr", -1.0), ("epsilon", 0.0), ("beta1", 1.0), ("beta1", True),
        ("clip.norm", 0.0), ("warmup", 1.1), ("epochs", 0), ("seed", -1), ("seed", 2**63),
        ("optimizer", "adan"), ("decay", "cosin"), ("problem.dataset", "circl"),
        ("problem.test_fraction", 1.0), ("problem.hidden", (0,)), ("problem.batch_size", 0),
        ("problem.activation", "rely"), ("bias_correction", 1.0),
    ],
)  # fmt: skip
def test_refused(key, value):
    with pytest.raises(InputError):
        turned(RunConfig(), key, value)


@pytest.mark.parametrize("key", PIPELINE, ids=lambda key: key.name)
def test_what_is_around_the_rule_can_be_off(key):
    config = key.set(RunConfig(), key.on)
    assert key.switched
    assert key.is_on(key.get(config))
    assert not key.is_on(key.get(key.set(config, key.off)))
    assert key.set(config, key.off) == RunConfig()


def test_nothing_else_can_be_off():
    switched = [key.name for key in keys(RunConfig()) if key.switched]
    assert switched == [key.name for key in PIPELINE]


def test_epsilon_is_small():
    epsilon = key_named("epsilon").scale
    notches = list(accumulate([-1] * 40, epsilon.nudge, initial=1e-8))
    assert (notches[1], notches[-1]) == (7e-9, 1e-12)


def test_the_other_hyperparameters_stay():
    config = RunConfig(hyperparameters={"lr": 0.5, "beta2": 0.1})
    expected = config.hyperparameters | {"beta1": 0.3}
    assert turned(config, "beta1", 0.3).hyperparameters == expected


def test_clipping_is_its_norm():
    config = turned(RunConfig(), "clip.norm", 2.5)
    assert config.clip == Clip(norm=2.5)
    assert value_of(config, "clip.norm") == 2.5
    assert value_of(RunConfig(), "clip.norm") is None


def test_a_new_optimizer_has_its_own_rate_and_keeps_what_both_have():
    config = RunConfig(hyperparameters={"lr": 0.5, "beta1": 0.3, "epsilon": 0.1}, warmup=0.2, l2=1)
    lion = turned(config, "optimizer", "lion")
    assert lion.hyperparameters == {"lr": 0.0001, "beta1": 0.3, "beta2": 0.999}
    sgd = turned(lion, "optimizer", "sgd")
    assert sgd.hyperparameters == {"lr": 0.01}
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


@given(st.sampled_from(sorted(OPTIMIZERS)), st.sampled_from(sorted(OPTIMIZERS)))
def test_from_any_optimizer_to_any_other(old, new):
    config = RunConfig(optimizer=old)
    found = turned(config, "optimizer", new)
    fresh = RunConfig(optimizer=new)
    common = (config.hyperparameters.keys() & fresh.hyperparameters.keys()) - {"lr"}
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
    monkeypatch.setitem(OPTIMIZERS._known, "mine", rule)
    assert "mine" in key_named("optimizer").scale.names
    assert key_named("optimizer").notes["mine"] == "Mine: Is new."
    # What is out of its range is not kept.
    config = turned(RunConfig(), "optimizer", "mine")
    assert config.lr == 0.1
    own = keys(config)[1 : 1 + len(HYPERS)]
    assert [(k.name, k.text, k.allowed) for k in own] == [
        (h.name, h.text, h.allowed) for h in HYPERS
    ]
    for key in own:
        for by in (1, -1):
            test_a_run_takes_all_that_two_hundred_notches_give("mine", key, by)


def test_a_dataset_and_a_decay_of_ones_own_need_no_edit(monkeypatch):
    monkeypatch.setitem(DATASETS._known, "mine", DATASETS["circle"])
    monkeypatch.setitem(SCHEDULES._known, "own", SCHEDULES["cosine"])
    for key, name in (("problem.dataset", "mine"), ("decay", "own")):
        found = key_named(key)
        assert name in found.scale.names
        assert name in found.notes
        assert name in found.allowed
        assert value_of(turned(RunConfig(), key, name), key) == name


def test_a_decay_tells_about_itself():
    assert key_named("decay", decay="cosine").text == SCHEDULES["cosine"].text
    assert key_named("decay").text == "how lr falls after warmup"


SLOPE = SurfaceProblem(surface="ravine", noise=0.1)


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_has_the_keys_that_apply(name):
    problem = SurfaceProblem(surface=name)
    found = [k.name for k in keys(RunConfig(problem=problem)) if k.name.startswith("problem.")]
    starts = [f"problem.start.{i}" for i in range(problem.parameter_count)]
    condition = ["problem.condition"] * (name == "ravine")
    assert found == ["problem.surface", *starts, *condition, "problem.noise", "problem.spread"]
    assert key_named("epochs", problem=problem).title == "Steps"
    for key in keys(RunConfig(problem=problem)):
        value = standing(RunConfig(problem=problem), key)
        assert key.scale.read(key.show(value)) == value


def test_turning_the_keys_of_a_surface():
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
    with pytest.raises(InputError, match=r"found \[1.5, 0.0\], allowed: 1 coordinate, as cycles"):
        key_of(config, "problem.start.1").set(turned(other, "problem.start.0", 1.5), 0.0)
    with pytest.raises(InputError, match=r"condition: found 0.5, allowed: a number in \[1"):
        turned(config, "problem.condition", 0.5)


def test_noise_on_a_surface_comes_on_by_a_nudge():
    scale = key_named("problem.noise", problem=SLOPE).scale
    assert scale.nudge(0.0, 1) == 0.001
    assert scale.nudge(0.001, -1) == 0.0
    assert scale.nudge(0.1, 1) == 0.15
