"""The keys that declarations give, and what another value of them makes of a run."""

import re
from itertools import accumulate, groupby
from math import inf, isfinite, nan

import msgspec
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.experiments.keys import is_folded, key_of, keys, pipeline
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
from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS, Hyperparameter, Optimizer
from optplay.problems import DATASETS, SURFACES, Problem, SurfaceProblem
from optplay.training import Clip, RunConfig

# On all samples at once, as some rules have to be.
FULL = Problem(batch_size=200)
# Each key once, with an optimizer that has it; first those that need no such problem.
NAMES = sorted(OPTIMIZERS, key=lambda name: OPTIMIZERS[name].full_batch)
KEYS = {
    repr(key): (name, key)
    for name in reversed(NAMES)
    for key in keys(RunConfig(optimizer=name, problem=FULL))
}
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
    config = RunConfig(optimizer=name, problem=FULL)
    fields = [f for f in RunConfig.__struct_fields__ if f not in ("problem", "hyperparameters")]
    # What stands in another key's table is there only with it.
    inner = {"clip", "warmup_steps", "warmup_start", "decay_knobs", "wrappers"}
    fields = [f for f in fields if f not in inner]
    fields += ["warmup.steps", "clip.norm", "clip.value"]
    problem = [f"problem.{field}" for field in Problem.__struct_fields__]
    wrapped = [key.name for key in keys(config) if key.name.partition(".")[0] in WRAPPERS]
    assert {name.partition(".")[0] for name in wrapped} == {*WRAPPERS}
    found = [key.name for key in keys(config)]
    assert sorted(found) == sorted([*fields, *problem, *config.hyperparameters, *wrapped])
    assert found[: 1 + len(config.hyperparameters)] == ["optimizer", *config.hyperparameters]


@each
def test_a_key_can_be_told_and_turned(name, key):
    config = RunConfig(optimizer=name, problem=FULL)
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
    config = RunConfig(optimizer=name, problem=FULL)
    notches = accumulate([by] * 200, key.scale.nudge, initial=standing(config, key))
    for value, _ in groupby(notches):
        assert key.get(key.set(config, value)) == value


@numeric
def test_the_range_told_is_that_of_the_notches_and_of_the_run(name, key):
    config = RunConfig(optimizer=name, problem=FULL)
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
    config = RunConfig(optimizer=name, problem=FULL)
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
        ("lr", nan), ("lr", inf), ("lr", -1.0), ("epsilon", -1.0), ("beta1", 1.0), ("beta1", True),
        ("clip.norm", 0.0), ("warmup", 1.1), ("epochs", 0), ("seed", -1), ("seed", 2**63),
        ("optimizer", "adamm"), ("decay", "cosin"), ("problem.dataset", "circl"),
        ("problem.test_fraction", 1.0), ("problem.hidden", (0,)), ("problem.batch_size", 0),
        ("problem.activation", "rely"), ("bias_correction", 1.0),
    ],
)  # fmt: skip
def test_refused(key, value):
    with pytest.raises(InputError):
        turned(RunConfig(), key, value)


SWITCHED = [key for key in pipeline(RunConfig()) if key.switched]


@pytest.mark.parametrize("key", SWITCHED, ids=lambda key: key.name)
def test_what_is_around_the_rule_can_be_off(key):
    config = key.set(RunConfig(), key.on)
    assert key.switched
    assert key.is_on(key.get(config))
    assert not key.is_on(key.get(key.set(config, key.off)))
    assert key.set(config, key.off) == RunConfig()


def test_nothing_else_can_be_off():
    around = [key.name for key in pipeline(RunConfig())]
    assert [k.name for k in keys(RunConfig()) if k.switched and k.name not in around] == []
    usual = [key.name for key in pipeline(RunConfig()) if not key.switched]
    assert usual == ["decay_biases", "decay_by_lr"]


def test_epsilon_is_small():
    epsilon = key_named("epsilon").scale
    notches = list(accumulate([-1] * 40, epsilon.nudge, initial=1e-8))
    assert (notches[1], notches[-1]) == (7e-9, 0.0)


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
    config = RunConfig(optimizer=old, problem=FULL)
    found = turned(config, "optimizer", new)
    fresh = RunConfig(optimizer=new, problem=FULL)
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


# A run in which all that may be on is on, and one in the other ways.
WRAPPED = {"sam": {}, "cautious": {}, "lookahead": {}}
BUSY = {
    "warmup": 0.1, "decay": "cosine", "clip": Clip(norm=1.0), "l2": 0.1, "weight_decay": 0.1,
}  # fmt: skip
OTHER = {"warmup_steps": 7, "warmup_start": 0.5, "clip": Clip(value=2.0)}
DECAYS = [{"decay": name} for name in SCHEDULES]


@pytest.mark.parametrize("given", [BUSY, OTHER, *DECAYS, WRAPPED], ids=str)
def test_all_that_is_on_can_be_told_and_turned(given):
    config = RunConfig(wrappers=given) if given is WRAPPED else RunConfig(**given)
    around = [key.name for key in pipeline(config)]
    for key in (key for key in keys(config) if key.name in around):
        if key.is_on(key.get(config)):
            value = key.get(config)
            assert key.scale.read(key.spell(value)) == value
            assert key.set(config, value) == config
            for by in (1, -1):
                moved = key.scale.nudge(value, by)
                assert key.get(key.set(config, moved)) == moved
        if key.switched:
            off = key.set(config, key.off)
            assert not key.is_on(key.get(off))
            # Some wrappers exclude each other.
            if key.is_on(key.get(config)) or given is not WRAPPED:
                assert key.get(key_of(off, key.name).set(off, key.on)) == key.on


def test_the_knobs_of_a_decay_are_there_with_it():
    assert [k.name for k in keys(RunConfig()) if k.name.startswith("decay.")] == []
    for name, schedule in SCHEDULES.items():
        config = RunConfig(decay=name)
        found = {k.name: k for k in keys(config) if k.name.startswith("decay.")}
        assert list(found) == [f"decay.{h.name}" for h in schedule.knobs]
        for h in schedule.knobs:
            key = found[f"decay.{h.name}"]
            assert (key.allowed, key.text, key.usual) == (h.allowed, h.text, h.default)
            assert key.get(config) == h.default
    config = turned(RunConfig(decay="cosine"), "decay.floor", 0.1)
    assert config.decay_knobs == {"floor": 0.1}
    assert key_named("decay.shape", decay="one_cycle").scale == Choice(("cosine", "linear"))
    at = key_named("decay.at", decay="milestones").scale
    assert at.read("25 %, 1/2") == (0.25, 0.5)
    assert at.show((0.25, 0.5)) == "25 %, 50 %"
    assert at.nudge((0.25, 0.95), 1) == (0.25, 0.95)
    assert at.nudge((0.25, 0.9), 1) == (0.3, 0.95)


def test_another_decay_keeps_the_knobs_that_both_have():
    config = RunConfig(decay="cosine", decay_knobs={"floor": 0.1})
    assert turned(config, "decay", "wsd").decay_knobs == {"cooldown": 0.2, "floor": 0.1}
    assert turned(config, "decay", "step").decay_knobs == RunConfig(decay="step").decay_knobs
    assert turned(config, "decay", "cosine") == config


def test_ways_that_take_the_place_of_each_other():
    config = turned(RunConfig(warmup=0.1, warmup_start=0.5), "warmup.steps", 7)
    assert config == RunConfig(warmup_steps=7, warmup_start=0.5)
    assert turned(config, "warmup", 0.2) == RunConfig(warmup=0.2, warmup_start=0.5)
    assert turned(config, "warmup", 0.0) == config
    assert turned(config, "warmup.steps", None) == RunConfig()
    config = turned(RunConfig(clip=Clip(norm=2.0, per="tensor")), "clip.value", 3.0)
    assert config.clip == Clip(value=3.0)
    assert turned(config, "clip.norm", None) == config
    assert turned(config, "clip.norm", 1.0).clip == Clip(norm=1.0)
    assert turned(config, "clip.value", None) == RunConfig()


def test_a_wrapper_is_switched_by_its_first_knob():
    config = turned(RunConfig(), "sam.rho", 0.2)
    assert config.wrappers == {"sam": {"rho": 0.2, "adaptive": False}}
    assert turned(config, "sam.adaptive", True).wrappers["sam"]["adaptive"] is True
    # A knob of one that is off brings it on.
    assert turned(RunConfig(), "lookahead.alpha", 0.25).wrappers["lookahead"]["alpha"] == 0.25
    assert turned(config, "sam.rho", None) == RunConfig()
    assert turned(RunConfig(), "cautious", True).wrappers == {"cautious": {}}
    assert value_of(RunConfig(), "cautious") is False
    assert value_of(RunConfig(), "sam.rho") is None
    both = turned(turned(RunConfig(), "ema.beta", 0.5), "sam.rho", 0.1)
    assert list(both.wrappers) == ["sam", "ema"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("decay.floor", "decay: none has no floor, allowed with: linear"),
        ("warmup.start", "warmup.start: found without warmup, set it too, as in warmup=0.1"),
        ("clip.per", "clip.per: found without clip, set it too, as in clip.norm=1"),
        ("sam.roh", "did you mean 'sam.rho'"),
        ("decay.flor", "unknown key"),
    ],
)
def test_what_a_run_has_not_is_told(name, words):
    with pytest.raises(InputError) as error:
        key_of(RunConfig(), name)
    assert words in str(error.value)


def test_what_may_be_folded():
    folded = [key.name for key in keys(RunConfig()) if is_folded(RunConfig(), key)]
    assert folded[:4] == ["warmup.steps", "clip.value", "decay_biases", "decay_by_lr"]
    assert {name.partition(".")[0] for name in folded[4:]} == {*WRAPPERS}
    config = RunConfig(warmup_steps=7, warmup_start=0.5, decay_biases=False, wrappers={"sam": {}})
    shown = [key.name for key in pipeline(config) if not is_folded(config, key)]
    assert {"warmup.steps", "warmup.start", "decay_biases", "sam.rho", "sam.adaptive"} <= {*shown}
