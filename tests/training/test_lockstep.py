"""Runs in lockstep are the runs that they are alone, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from optplay.arithmetic.lanes import LANES
from optplay.optim import OPTIMIZERS, SCHEDULES
from optplay.problems import ACTIVATIONS, LOSSES, Problem, SurfaceProblem
from optplay.training import Clip, RunConfig, train
from optplay.training.lockstep import in_lockstep
from optplay.training.trainer import shape, stream_together

EACH = sorted(name for name, rule in OPTIMIZERS.items() if rule.scope == "parameter")

ARRAYS = ("record", "weights", "states", "current", "current_state")
NUMBERS = ("config", "epochs", "steps", "diverged_at", "born", "forked_at", "outcome")


def bits(array):
    return np.ascontiguousarray(array).view(np.int64)


def assert_same(one, other):
    for name in NUMBERS:
        assert getattr(one, name) == getattr(other, name), name
    for name in ARRAYS:
        a, b = getattr(one, name), getattr(other, name)
        # A NaN has no sign that counts, and may have either.
        known = ~np.isnan(a)
        assert np.array_equal(known, ~np.isnan(b)), name
        assert np.array_equal(bits(a)[known], bits(b)[known]), name


def together(configs, starts=None):
    *_, last = stream_together(configs, starts)
    return last


problems = st.builds(
    Problem,
    samples=st.sampled_from([7, 20]),
    hidden=st.sampled_from([(), (8,), (3,), (9,), (8, 4), (3, 2, 5)]),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    loss=st.sampled_from(sorted(LOSSES)),
    init=st.sampled_from(["normal", "uniform", "xavier", "kaiming", "zeros"]),
    init_scale=st.sampled_from([0.5, 3.0]),
    batch_size=st.sampled_from([1, 3, 8, 20]),
    shuffle=st.booleans(),
    test_fraction=st.sampled_from([0.0, 0.3]),
    dataset=st.sampled_from(["circle", "moons"]),
)


@st.composite
def groups(draw):
    """Up to eight runs of one shape that differ in all that runs of one shape may differ in."""
    name = draw(st.sampled_from(EACH))
    rule, problem = OPTIMIZERS[name], draw(problems)
    schedule = {
        "decay": draw(st.sampled_from(sorted(SCHEDULES))),
        "warmup": draw(st.sampled_from([0.0, 0.3])),
    }

    def run(_):
        given = {}
        for h in rule.hyperparameters:
            if h.name == "lr":
                given["lr"] = h.default * draw(st.sampled_from([0.1, 1.0, 1.0, 30.0]))
                if draw(st.integers(0, 5)) == 0:
                    given["lr"] = 1000.0  # Most of these diverge.
            elif rule.variants and not h.name.startswith("beta"):
                continue  # Variants have shapes of their own.
            elif isinstance(h.default, bool):
                given[h.name] = draw(st.booleans())
            elif not h.log:
                given[h.name] = draw(st.sampled_from([h.default, 0.5, 0.99999]))
        norm = draw(st.sampled_from([None, None, 0.1, 5.0]))
        return RunConfig(
            problem=problem, optimizer=name, hyperparameters=given, epochs=4,
            seed=draw(st.integers(0, 9)), clip=Clip(norm=norm) if norm else None,
            l2=draw(st.sampled_from([0.0, 0.0, 0.1])),
            weight_decay=draw(st.sampled_from([0.0, 0.0, 0.1])), **schedule,
        )  # fmt: skip

    return [run(i) for i in range(draw(st.integers(2, LANES)))]


@settings(max_examples=60)
@given(groups())
def test_each_is_what_it_is_alone(configs):
    assert len({shape(config) for config in configs}) == 1
    for found, config in zip(together(configs), configs, strict=True):
        assert_same(found, train(config))


@pytest.mark.parametrize("name", EACH)
def test_at_every_place_and_beside_one_that_diverges(name):
    config = RunConfig(problem=Problem(samples=20), optimizer=name, epochs=5, seed=3)
    wild = replace(
        config, hyperparameters={**config.hyperparameters, "lr": 1000.0}, weight_decay=1000.0
    )
    alone, gone = train(config), train(wild)
    assert gone.outcome == "diverged"
    for place in range(LANES):
        configs = [wild] * LANES
        configs[place] = config
        found = together(configs)
        for lane, history in enumerate(found):
            assert_same(history, alone if lane == place else gone)


def test_forks_of_all_kinds():
    problem = Problem(samples=20, shuffle=True, batch_size=3)
    parents = [RunConfig(problem=problem, epochs=6, seed=seed) for seed in range(3)]
    starts = [(history, 2) for history in together(parents)]
    hotter = {"hyperparameters": {"lr": 0.1}}
    for changes in ({}, hotter, {"optimizer": "momentum"}):
        configs = [RunConfig(problem=problem, epochs=6, seed=seed, **changes) for seed in range(3)]
        for found, config, start in zip(together(configs, starts), configs, starts, strict=True):
            assert_same(found, train(config, start))


def test_the_size_of_chunks_is_never_seen(monkeypatch):
    configs = [RunConfig(problem=Problem(samples=20), epochs=5, seed=seed) for seed in range(5)]
    whole = together(configs)
    for size in (1, 7, 33):
        monkeypatch.setattr("optplay.training.trainer.FIRST_CHUNK", size)
        monkeypatch.setattr(
            "optplay.training.trainer._next_chunk", lambda chunk, seconds, size=size: size
        )
        for one, other in zip(together(configs), whole, strict=True):
            assert_same(one, other)


def test_who_goes_together():
    def run(**changes):
        return RunConfig(problem=Problem(samples=20), epochs=2, **changes)

    def sizes(configs):
        found = in_lockstep((i, config, None) for i, config in enumerate(configs))
        return [len(keys) for keys, _ in found]

    alike = [run(seed=seed) for seed in range(20)]
    assert sizes(alike) == [8, 8, 4]
    # Two are as quick one by one; once eight are in lanes, no other loop is compiled for two.
    assert sizes(alike[:2]) == [1, 1]
    assert sizes(alike[:10]) == [8, 2]
    assert sizes([*alike[:3], *[run(decay="cosine", seed=s) for s in range(3)]]) == [3, 3]
    surface = RunConfig(problem=SurfaceProblem(surface="ravine"), epochs=2)
    assert sizes([surface] * 9) == [1] * 9
    keys = [keys for keys, _ in in_lockstep((i, c, None) for i, c in enumerate(alike))]
    assert [key for group in keys for key in group] == list(range(20))
