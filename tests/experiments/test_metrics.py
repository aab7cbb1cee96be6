"""Each metric on a History whose answer is known."""

from math import inf, isnan

import numpy as np
import pytest

from optplay.experiments import METRICS
from optplay.experiments.measures import MEASURES
from optplay.problems import Problem
from optplay.training import RunConfig, train

TINY = Problem(samples=20, hidden=(3,))


def test_each_is_measured():
    assert list(MEASURES) == list(METRICS)


def measure(name, history, at=0.0):
    return METRICS[name].measure(history, at)


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("final_loss", 0, 0.3),
        ("best_loss", 0, 0.2),
        ("final_accuracy", 0, 0.8),
        ("best_accuracy", 0, 0.95),
        ("final_test_loss", 0, 0.6),
        ("final_test_accuracy", 0, 0.7),
        ("epochs_to_accuracy", 0.5, 1),
        ("epochs_to_accuracy", 0.9, 3),
        ("epochs_to_accuracy", 0.95, 3),
        ("epochs_to_accuracy", 0.96, inf),
        ("epochs_to_loss", 0.9, 1),
        ("epochs_to_loss", 0.5, 2),
        ("epochs_to_loss", 0.2, 3),
        ("epochs_to_loss", 0.19, inf),
        ("weight_norm", 0, 7.0),
        ("weight_norm_ratio", 0, 2.5),
        ("clipped_fraction", 0, 0.375),
        ("trained", 0, 1),
        ("collapsed", 0, 0),
        ("diverged", 0, 0),
    ],
)
def test_known_answers(history, name, at, value):
    made = history(
        loss=[0.9, 0.5, 0.2, 0.3], accuracy=[0.5, 0.6, 0.95, 0.8],
        test_loss=[1, 1, 1, 0.6], test_accuracy=[0, 0, 1, 0.7],
        weight_norm=[1, 2, 3, 7], clipped=[1, 0.5, 0, 0],
        weights=[[0, 3, 4], *[[1, 1, 1]] * 3, [7.5, 10, 0]],
    )  # fmt: skip
    assert measure(name, made, at) == pytest.approx(value, rel=1e-15)


WORST = {
    "final_loss": inf, "final_accuracy": -inf, "final_test_loss": inf,
    "final_test_accuracy": -inf, "weight_norm": inf, "weight_norm_ratio": inf, "diverged": 1,
    "trained": 0, "collapsed": 0, "best_loss": inf, "best_accuracy": -inf,
    "clipped_fraction": inf, "epochs_to_accuracy": inf, "epochs_to_loss": inf,
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WORST.items())
def test_a_diverged_run_is_worse_than_any_other(history, name, value):
    for epochs in (0, 1, 3):
        made = history(
            diverged=True, loss=[0.1] * epochs, accuracy=[1.0] * epochs,
            test_loss=[0.1] * epochs, test_accuracy=[1.0] * epochs,
            weight_norm=[0.1] * epochs, clipped=[0.5] * epochs,
        )  # fmt: skip
        assert made.epochs == epochs
        assert measure(name, made, 0.2) == value


def test_without_clipping_nothing_is_clipped(history):
    assert measure("clipped_fraction", history(clip=None, loss=[0.5])) == 0


def test_a_run_that_diverges():
    run = train(RunConfig(problem=TINY, optimizer="sgd", hyperparameters={"lr": 1000}, l2=1000))
    assert run.diverged_at is not None
    assert {name: measure(name, run) for name in WORST} == WORST
    assert measure("step_size", run, run.diverged_at) == inf


def test_weights_that_start_at_zero_have_no_ratio():
    run = train(RunConfig(problem=Problem(samples=20, init="zeros"), epochs=1))
    assert isnan(measure("weight_norm_ratio", run))


def test_steps_of_full_batch_sgd_are_differences_of_weights():
    problem = Problem(samples=20, batch_size=20, hidden=(3,))
    run = train(RunConfig(problem=problem, optimizer="sgd", epochs=4))
    for step in (1, 4):
        moved = np.abs(run.weights[step] - run.weights[step - 1])
        assert measure("step_size", run, step) == pytest.approx(np.linalg.norm(moved), rel=1e-12)
        moved = moved[moved > 0]
        ratio = moved.max() / moved.min()
        assert measure("step_ratio", run, step) == pytest.approx(ratio, rel=1e-12)
        assert measure("rate_ratio", run, step) == 1


@pytest.mark.parametrize("step", [0, 5, 10**9])
@pytest.mark.parametrize("name", ["step_size", "step_ratio", "rate_ratio"])
def test_a_step_that_never_came(name, step):
    problem = Problem(samples=20, batch_size=20, hidden=(3,))
    assert measure(name, train(RunConfig(problem=problem, epochs=4)), step) == inf


def test_outcomes_are_exclusive(history):
    good, bad = history(loss=[0.1]), history(loss=[5.0])
    for made, outcome in ((good, "trained"), (bad, "collapsed")):
        found = {name: measure(name, made) for name in ("trained", "collapsed", "diverged")}
        assert found == dict.fromkeys(found, 0) | {outcome: 1}
