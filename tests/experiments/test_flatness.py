"""Metrics of curvature, against the Hessians that they are made of."""

from math import inf, isnan

import numpy as np
import pytest

from optplay.experiments import METRICS
from optplay.experiments.report import run_metrics
from optplay.experiments.sharpness import hessian, sharpness
from optplay.problems import Problem
from optplay.training import RunConfig, train
from optplay.training.losses import mean_losses

PROBLEM = Problem(samples=20, hidden=(3,), batch_size=20, activation="tanh")


def run(optimizer="sgd", epochs=30, **changes):
    config = {"problem": PROBLEM, "epochs": epochs, "hyperparameters": {"lr": 0.1}} | changes
    return train(RunConfig(optimizer=optimizer, **config))


def measure(name, history, at=0.0):
    return METRICS[name].measure(history, at)


def top(history, epoch):
    return np.linalg.eigvalsh(hessian(PROBLEM, history.weights[epoch]))[-1]


def test_sharpness_is_that_of_the_last_weights():
    history = run()
    assert measure("sharpness", history) == pytest.approx(top(history, 30), rel=1e-12)


def test_sharpness_at_a_loss_is_that_where_the_weights_first_come_down_to_it():
    history = run()
    loss = mean_losses(PROBLEM, history.weights)
    assert (np.diff(loss) < 0).all()
    for epoch in (0, 1, 7, 30):
        found = measure("sharpness_at_loss", history, loss[epoch])
        assert found == pytest.approx(top(history, epoch), rel=1e-9)
    # Halfway between two epochs in the logarithm of the loss: the geometric mean.
    found = measure("sharpness_at_loss", history, np.sqrt(loss[7] * loss[8]))
    assert found == pytest.approx(np.sqrt(top(history, 7) * top(history, 8)), rel=1e-9)
    assert isnan(measure("sharpness_at_loss", history, loss[-1] - 1e-9))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_stability_ratio_is_the_median_of_the_last_third(optimizer):
    history = run(optimizer)
    ratios = sharpness(history).ratio[-10:]  # of 31 epochs, the start included
    assert measure("stability_ratio", history) == pytest.approx(np.median(ratios), rel=1e-12)


def test_a_run_of_one_epoch_has_a_ratio():
    assert measure("stability_ratio", run(epochs=1)) == pytest.approx(
        sharpness(run(epochs=1)).ratio[1]
    )


def test_without_a_threshold_there_is_no_ratio():
    assert isnan(measure("stability_ratio", run("lion")))


@pytest.mark.parametrize("name", ["sharpness", "sharpness_at_loss", "stability_ratio"])
def test_a_diverged_run_is_worse_than_any_other(name):
    diverged = run(hyperparameters={"lr": 1000}, l2=1000, epochs=100)
    assert diverged.diverged_at is not None
    assert measure(name, diverged, 10.0) == inf


def test_reports_of_runs_leave_out_what_is_slow():
    slow = {m.name for m in METRICS.values() if m.slow}
    assert slow == {"sharpness", "sharpness_at_loss", "stability_ratio"}
    assert not slow & set(run_metrics(run()))
