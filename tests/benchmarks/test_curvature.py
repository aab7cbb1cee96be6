"""What curvature costs: Hessians over a run, and a slice of the loss."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from optplay import RunConfig, train
from optplay.experiments import sharpness as curvature
from optplay.experiments.sharpness import difference_hessian, hessian, sharpness
from optplay.instruments.landscape.measure import landscape
from optplay.problems import Problem
from optplay.training.compilation import compiled_gradient

from .table import Report, race

Floats = NDArray[np.float64]

LESSON = RunConfig()
TANH = Problem(hidden=(16,), activation="tanh", batch_size=200, loss="half_mse")


def test_sharpness_of_the_lessons_run(report: Report) -> None:
    history = train(LESSON)

    def anew() -> None:
        curvature._known.clear()
        assert sharpness(history).epochs.size == curvature.MOST_EPOCHS

    [times] = race(anew, rounds=7)
    ms = sorted(1000 * t for t in times)
    what = "Hessian and top eigenvalue, plain and preconditioned, of 300 epochs (Adam)"
    report.line(what, ms[0], ms[len(ms) // 2], "ms", most=500)


def gradient_of(problem: Problem) -> Callable[[Floats], Floats]:
    samples, compiled = problem.draw(), compiled_gradient()

    def gradient(w: Floats) -> Floats:
        g = np.empty_like(w)
        compiled(
            w, g, samples.inputs, samples.labels, samples.train.copy(), 0, samples.train.size,
            problem.layout, np.empty((3, sum(problem.sizes))),
        )  # fmt: skip
        return g

    return gradient


@pytest.mark.parametrize("problem", [Problem(), TANH], ids=["relu", "tanh"])
def test_hessian_against_differences(problem: Problem, report: Report) -> None:
    w, gradient = problem.initial_weights(0), gradient_of(problem)
    exact = hessian(problem, w)
    close = 1e-6 * np.linalg.norm(exact)
    np.testing.assert_allclose(exact, difference_hessian(gradient, w), atol=close)
    differences, closed = race(lambda: difference_hessian(gradient, w), lambda: hessian(problem, w))
    note = f"{min(closed) * 1e6:,.0f} µs for one Hessian of 200 samples"
    what = f"Hessian, {w.size} parameters, {problem.activation}: differences / closed form"
    report.ratio(what, differences, closed, note=note)


# There is no way around 7,680,000 tanh.
@pytest.mark.parametrize(("problem", "most"), [(Problem(), 20), (TANH, None)], ids=["relu", "tanh"])
def test_slice_of_the_loss(problem: Problem, most: float | None, report: Report) -> None:
    history = train(RunConfig(problem=problem, epochs=50))
    found = landscape([history])
    [times] = race(lambda: found.plane.losses(history, *found.grid()))
    ms = sorted(1000 * t for t in times)
    what = f"Slice of the loss at 60×40 points, {problem.activation}"
    report.line(what, ms[0], ms[len(ms) // 2], "ms", most=most)
