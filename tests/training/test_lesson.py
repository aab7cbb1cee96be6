"""The lesson's runs, against the same in plain Python."""

import numpy as np
import pytest

from optplay.problems import Problem
from optplay.problems.network import scratch_of
from optplay.training import RunConfig, train
from optplay.training.compilation import compiled_gradient

KNOBS = ("lr", "beta", "beta1", "beta2", "epsilon")


@pytest.mark.parametrize("case", ["sgd", "momentum", "adam", "adamw"])
def test_the_whole_curves(case, lesson_curves):
    lesson = lesson_curves[case]
    config = RunConfig(
        problem=Problem(
            samples=lesson["samples"], data_seed=lesson["data_seed"], hidden=lesson["hidden"]
        ),
        optimizer=lesson["optimizer"],
        hyperparameters={k: lesson[k] for k in KNOBS if k in lesson},
        weight_decay=lesson.get("weight_decay"),
        epochs=lesson["epochs"],
        seed=lesson["seed"],
    )
    history = train(config)
    assert history.epochs == len(lesson["loss"])
    np.testing.assert_allclose(history["loss"], lesson["loss"], rtol=1e-9)
    np.testing.assert_allclose(history["accuracy"], lesson["accuracy"], rtol=1e-9)
    final = np.array(lesson["final_params"])
    np.testing.assert_allclose(history.weights[-1], final, rtol=1e-9, atol=1e-9 * 1e-3)


def test_every_lesson_curve_is_tested(lesson_curves):
    assert set(lesson_curves) == {"sgd", "momentum", "adam", "adamw"}


@pytest.mark.parametrize(("batch_size", "epochs"), [(200, 400), (1, 2)])
def test_nesterovs_change_of_variables_visits_the_lookahead_points(batch_size, epochs):
    lr, beta = 0.01, 0.9
    problem = Problem(batch_size=batch_size)
    hyper = {"lr": lr, "beta": beta}
    config = RunConfig(problem=problem, optimizer="nesterov", hyperparameters=hyper, epochs=epochs)
    assert config.steps == 400
    history = train(config)

    samples, gradient = problem.draw(), compiled_gradient()
    w = problem.initial_weights(0)
    v, g, scratch = np.zeros_like(w), np.zeros_like(w), scratch_of(problem)
    rows, layout = samples.train.copy(), problem.layout
    visited = [w.copy()]
    for k in range(400):
        first = k * batch_size % 200
        lookahead = w - lr * beta * v
        gradient(
            lookahead, g, samples.inputs, samples.labels,
            rows, first, first + batch_size, layout, scratch,
        )  # fmt: skip
        v = beta * v + g
        w = w - lr * v
        if first + batch_size == 200:
            visited.append(w - lr * beta * v)
    assert np.abs(visited[-1] - visited[0]).max() > 0.1
    assert np.abs(visited[-1] - w).max() > 1e-5
    np.testing.assert_allclose(history.weights, visited, rtol=1e-9, atol=1e-12)
