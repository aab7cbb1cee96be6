"""Surfaces in the engine: closed forms, plain Python, noise that resuming does not change."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.optim import OPTIMIZERS
from optplay.problems import SURFACES, Problem, SurfaceProblem
from optplay.training import Clip, RunConfig, after_step, kernel, stream, train, trainer
from optplay.training.adapters import as_mean_gradient
from optplay.training.engine import pipeline_of

STEPS, EARLY = 40, 8


def run(surface="ravine", optimizer="sgd", lr=0.005, epochs=STEPS, seed=0, changes=None, **problem):
    return RunConfig(
        problem=SurfaceProblem(surface=surface, **problem), optimizer=optimizer,
        hyperparameters={"lr": lr}, epochs=epochs, seed=seed, **(changes or {}),
    )  # fmt: skip


def assert_same(a, b):
    assert (a.epochs, a.steps, a.diverged_at, a.born) == (b.epochs, b.steps, b.diverged_at, b.born)
    assert np.array_equal(a.record, b.record, equal_nan=True)
    assert np.array_equal(a.weights, b.weights)
    assert np.array_equal(a.states, b.states)


configs = st.builds(
    run,
    surface=st.sampled_from(sorted(SURFACES)),
    optimizer=st.sampled_from(sorted(n for n, rule in OPTIMIZERS.items() if not rule.matrices)),
    lr=st.sampled_from([0.0, 0.001, 0.02]),
    seed=st.integers(0, 5),
    noise=st.sampled_from([0.0, 0.5]),
    spread=st.sampled_from([0.0, 0.1]),
    changes=st.fixed_dictionaries(
        {
            "clip": st.sampled_from([None, Clip(norm=0.5)]),
            "decay": st.sampled_from(["none", "cosine", "inverse_sqrt"]),
            "l2": st.sampled_from([0.0, 0.1]),
        }
    ),
)


@pytest.mark.parametrize(("condition", "lr"), [(100.0, 0.0198), (3000.0, 0.0005), (7.0, 0.2)])
def test_sgd_on_the_ravine_is_its_closed_form(condition, lr):
    history = train(run(lr=lr, epochs=200, condition=condition, start=(2.0, -1.0)))
    k = np.arange(201.0)
    np.testing.assert_allclose(history.weights[:, 0], 2 * (1 - lr) ** k, rtol=1e-11)
    np.testing.assert_allclose(history.weights[:, 1], -((1 - lr * condition) ** k), rtol=1e-10)
    value = 0.5 * (history.weights[:, 0] ** 2 + condition * history.weights[:, 1] ** 2)
    np.testing.assert_allclose(history["loss"], value[:-1], rtol=1e-14)
    assert np.isnan(history["accuracy"]).all()


@given(configs.filter(lambda config: not config.needs_more))
def test_the_compiled_run_is_that_of_plain_python(config):
    problem, samples = config.problem, config.problem.draw()
    n, rule = problem.parameter_count, config.rule
    w, state = problem.initial_weights(config.seed), np.zeros((len(rule.slots), n))
    record = np.full((STEPS, len(kernel.RECORDED)), np.nan)
    weights, states = np.empty((STEPS + 1, n)), np.empty((STEPS + 1, len(rule.slots), n))
    weights[0] = w
    with np.errstate(all="ignore"):
        done, bad = kernel.run_network_steps(
            as_mean_gradient(problem.declared.gradient), problem.box, rule.step,
            config.schedule.at,
            kernel.Span(0, STEPS, 0, 0, 0, 0.0, STEPS, STEPS, config.decay_numbers),
            pipeline_of(config)._replace(hyper=config.hyper),
            kernel.Data(
                samples.inputs, samples.labels, problem.orders(config.seed, 0, STEPS), 0,
                samples.test, problem.batch_size, problem.layout,
            ),
            kernel.Course(
                w, state, np.zeros(len(config.hyper)), np.ones(1), np.zeros(8), np.zeros(n),
                np.zeros(n), np.zeros((3, 2)),
            ),
            kernel.Recorded(record, weights, states, 0, 1),
        )  # fmt: skip
    history = train(config)
    assert (history.steps, history.diverged_at is not None) == (done, bool(bad))
    kept = done - bad
    np.testing.assert_array_equal(history.weights[: kept + 1], weights[: kept + 1])
    np.testing.assert_array_equal(history["loss"], record[:kept, 0])


@given(configs, st.integers(0, STEPS))
def test_a_resumed_run_is_the_run_that_was_never_interrupted(config, step):
    whole = train(config)
    if step > whole.epochs:
        with pytest.raises(InputError, match="start: found epoch"):
            train(config, (whole, step))
        return
    assert_same(train(config, (whole, step)), whole)
    assert np.array_equal(after_step(whole, step)[0], whole.weights[step])


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("surface", ["ravine", "alternating"])
def test_the_size_of_chunks_is_never_seen(monkeypatch, size, surface):
    config = run(surface, "adam", epochs=3000, noise=0.5, seed=3)
    whole = train(config)
    monkeypatch.setattr(trainer, "FIRST_CHUNK", size * config.problem.parameter_count)
    monkeypatch.setattr(trainer, "_next_chunk", lambda chunk, seconds: size)
    histories = list(stream(config))
    assert len(histories) == 3000 // size + bool(3000 % size)
    assert_same(histories[-1], whole)


def test_a_fork_sees_the_noise_of_the_run_that_it_leaves():
    parent = train(run(noise=0.3, epochs=2000, seed=1))
    child = train(run(noise=0.3, epochs=2000, seed=1, optimizer="momentum"), (parent, 1500))
    # Momentum's first step is SGD's.
    np.testing.assert_allclose(child.weights[1501], parent.weights[1501], rtol=1e-13)
    assert child.born == 1500
    assert not np.array_equal(child.weights[1502], parent.weights[1502])


def test_the_seed_matters_where_chance_does():
    for problem in ({}, {"noise": 0.1}, {"spread": 0.1}):
        one, other = (train(run(seed=seed, **problem)) for seed in (0, 1))
        assert np.array_equal(one.weights, other.weights) == (not problem)
        assert one.config.problem.by_chance == bool(problem)
    for problem, chance in (
        (Problem(), True), (Problem(init="zeros"), False), (Problem(init_scale=0), False),
        (Problem(init="xavier", init_scale=0), True), (Problem(init="zeros", shuffle=True), True),
    ):  # fmt: skip
        assert problem.by_chance == chance


def test_the_box_stops_a_step_that_leads_out_of_it():
    history = train(run("saddle", lr=0.5, epochs=100, start=(2.0, -0.001)))
    assert history.current.tolist() == pytest.approx([0, -3])
    assert np.abs(history.weights).max() <= 3
    assert history.weights[-2, 1] == -3
    assert history.outcome == "trained"
    at_start = train(run("saddle", start=(10.0, 0.0)))
    assert at_start.weights[0].tolist() == [3.0, 0.0]


def test_outcomes():
    assert train(run(lr=0.0199)).outcome == "trained"
    assert train(run(lr=0.0201)).outcome == "collapsed"
    assert train(run(lr=1.0, epochs=1000)).outcome == "diverged"
    assert train(run(lr=0.0)).outcome == "trained"
    assert train(run("flat")).outcome == "trained"
    # From a start below zero, up to a height that is below zero as well.
    higher = train(run("styblinski_tang", lr=0.1, epochs=2, start=(-2.9, -2.9)))
    assert higher["loss"][-1] < 0
    assert (higher.outcome == "collapsed") == (higher["loss"][-1] > higher["loss"][0])


def test_only_a_problem_with_as_many_coordinates_goes_on():
    parent = train(run())
    assert train(run("beale"), (parent, 3)).epochs == STEPS
    for other in (run("flat"), RunConfig(epochs=STEPS)):
        with pytest.raises(InputError, match="start: found a surface of 2 coordinates, allowed: a"):
            train(other, (parent, 3))
    flat = train(run("flat"))
    with pytest.raises(InputError, match=r"surface of 1 coordinate, allowed: .* 2 coordinates"):
        train(run(), (replace(flat), 3))


def test_a_problem_is_a_network_or_a_surface():
    assert RunConfig(problem={"surface": "beale"}).problem == SurfaceProblem(surface="beale")
    assert RunConfig(problem={"hidden": [3]}).problem == Problem(hidden=(3,))
    for table, message in (
        ({"surface": "beale", "hidden": [3]}, "problem: hidden: found beside surface"),
        ({"hiden": [3]}, "problem: unknown key 'hiden': did you mean 'hidden'?"),
        (3, "problem: found 3, allowed: a table with the keys dataset, .* or a table"),
        (None, "problem: found None, allowed: a table"),
    ):
        with pytest.raises(InputError, match=message):
            RunConfig(problem=table)


COUNT = """
import sys
from optplay.problems import SurfaceProblem, SURFACES
from optplay.training import on_compile
from optplay.training import kernel
from optplay.training.adapters import as_mean_gradient
from optplay.training.compilation import _compiled, compiled_loop
import numpy as np
from mine import gradient

compiled_loop(SurfaceProblem(surface=next(iter(SURFACES))))
counted = []
on_compile(lambda: counted.append(1))
compiled = _compiled(as_mean_gradient(gradient), kernel.Gradient)
w, g, fixed = np.array([3.0]), np.zeros(1), np.zeros((1, 1))
fixed.flags.writeable = False
value, _ = compiled(w, g, fixed, fixed[0], np.array([0]), 0, 1, np.array([0]), np.zeros((3, 2)))
print(value, g[0], "compiled" if counted else "cached")
"""


def test_a_surface_is_compiled_again_when_its_file_has_changed_and_only_then(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{':'.join(sys.path)}")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    source = (
        "FACTOR = {}\ndef gradient(w, g, constants):\n    g[0] = FACTOR\n    return FACTOR * w[0]\n"
    )

    def said(factor):
        (tmp_path / "mine.py").write_text(source.format(factor))
        run = subprocess.run(
            [sys.executable, "-c", COUNT], capture_output=True, text=True, check=True
        )
        return run.stdout.split()

    # A factor of its own: the cache outlives the test.
    factor = float(np.random.default_rng().integers(10**9))
    assert said(factor) == [str(3 * factor), str(factor), "compiled"]
    assert said(factor) == [str(3 * factor), str(factor), "cached"]
    assert said(factor + 1) == [str(3 * factor + 3), str(factor + 1), "compiled"]
    assert said(factor) == [str(3 * factor), str(factor), "cached"]
