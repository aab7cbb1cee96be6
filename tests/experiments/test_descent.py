"""How near, how soon and how fast a run comes down, against closed forms."""

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.experiments.descent import convergence_factor, distances, steps_until, values
from optplay.experiments.metrics import METRICS
from optplay.problems import SurfaceProblem
from optplay.training import RunConfig, train


def run(surface="ravine", optimizer="sgd", epochs=200, lr=0.01, beta=None, **problem):
    knobs = {"lr": lr} | ({} if beta is None else {"beta": beta})
    config = RunConfig(
        problem=SurfaceProblem(surface=surface, **problem), optimizer=optimizer,
        hyperparameters=knobs, epochs=epochs,
    )  # fmt: skip
    return train(config)


def metric(name, history, at=0.0):
    return METRICS[name].measure(history, at)


@given(st.floats(0.001, 0.0199), st.integers(40, 3000))
def test_the_factor_of_sgd_is_the_slower_of_its_two(lr, steps):
    history = run(lr=lr, epochs=steps, start=(1.0, 1.0))
    slow, fast = sorted([abs(1 - lr), abs(1 - 100 * lr)], reverse=True)
    if (fast / slow) ** (steps / 2) < 1e-6:
        assert convergence_factor(history) == pytest.approx(slow, abs=1e-6)


def test_a_run_that_comes_to_rest_keeps_the_factor_that_it_had():
    quick = {"lr": 0.5, "condition": 1.0}
    for steps in (60, 2000, 100_000):
        assert convergence_factor(run(epochs=steps, **quick)) == pytest.approx(0.5, abs=1e-9)
    # Beale's minimum is not zero: there rounding ends the descent much sooner.
    long, short = (run("beale", lr=0.03, epochs=n) for n in (20_000, 1500))
    assert convergence_factor(long) == pytest.approx(convergence_factor(short), abs=0.01)
    assert 0.9 < convergence_factor(long) < 1


def test_where_there_is_no_factor():
    assert isnan(convergence_factor(run(epochs=6)))
    assert isnan(convergence_factor(run("flat")))
    assert isnan(convergence_factor(run(epochs=100, lr=1.0, condition=1.0)))
    assert metric("convergence_factor", run(lr=1.0, epochs=1000)) == inf
    assert convergence_factor(run(lr=0.0201, start=(0.0, 1.0))) == pytest.approx(1.01, abs=1e-6)


def test_distances_are_those_to_the_nearest_minimum():
    history = run("himmelblau", epochs=5)
    minima = np.array(history.config.problem.declared.minima)
    wanted = [min(np.linalg.norm(w - m) for m in minima) for w in history.weights]
    np.testing.assert_allclose(distances(history), wanted, rtol=1e-12)
    assert isnan(metric("distance", run("flat")))
    assert isnan(metric("steps_to_distance", run("flat"), 0.1))


def test_steps_count_the_updates_that_were_made():
    history = run(lr=0.01, epochs=100, start=(1.0, 0.0))
    height = 0.5 * 0.99 ** (2 * np.arange(101))
    np.testing.assert_allclose(values(history), height, rtol=1e-12)
    for k in (0, 1, 50, 100):
        assert metric("steps_to_loss", history, float(height[k]) * (1 + 1e-9)) == k
        assert metric("steps_to_distance", history, 0.99**k * (1 + 1e-9)) == k
    assert metric("steps_to_loss", history, 0.01) == inf
    assert steps_until(np.array([3.0, 1.0, 2.0]), 2.0) == 1
    assert metric("final_x", history) == pytest.approx(0.99**100)


def test_networks_have_none_of_these():
    history = train(RunConfig(epochs=1))
    for kind in METRICS.values():
        if kind.on == "surface":
            assert isnan(kind.measure(history, 1.0))
    with pytest.raises(TypeError):
        distances(history)
