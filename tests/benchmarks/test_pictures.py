"""The pictures that move with the playhead, at 60×20 cells."""

import numpy as np
import pytest

import optplay
from optplay.instruments.boundary.picture import boundary_picture
from optplay.plots import LineChart, Path, Series, plane_picture

from .table import Report, race

SIZE = {"width": 60, "height": 20}
ROUNDS = 50


def test_boundary(report: Report) -> None:
    history = optplay.train(optplay.RunConfig(epochs=100))
    problem, weights = history.config.problem, history.weights[-1]
    [taken] = race(lambda: boundary_picture(problem, weights, 60, 20), rounds=ROUNDS)
    milliseconds = sorted(1000 * each for each in taken)
    middle = milliseconds[ROUNDS // 2]
    report.line("decision boundary redrawn", milliseconds[0], middle, "ms", most=5)


def test_long_paths(report: Report) -> None:
    steps = np.random.default_rng(0).normal(size=(4, 2, 60_000)) / 300
    paths = [Path(*way.cumsum(axis=1), index) for index, way in enumerate(steps)]

    def draw() -> object:
        return plane_picture(
            lambda x, y: (1 - x) ** 2 + 100 * (y[:, None] - x**2) ** 2,
            x_limits=(-2, 2),
            y_limits=(-1, 3),
            overlays=paths,
            **SIZE,
        )

    [taken] = race(draw, rounds=ROUNDS)
    milliseconds = sorted(1000 * each for each in taken)
    middle = milliseconds[ROUNDS // 2]
    report.line("four paths of 60,000 steps on a surface", milliseconds[0], middle, "ms", most=50)


@pytest.mark.parametrize(("runs", "epochs"), [(5, 300), (5, 30_000), (12, 2_500)])
def test_curves(report: Report, runs: int, epochs: int) -> None:
    rng, way = np.random.default_rng(0), np.arange(epochs) / epochs
    found = [np.exp(-(3 + n) * way) * (1 + 0.1 * rng.random(epochs)) for n in range(runs)]
    chart, limits = LineChart(), (1.0, float(epochs))
    step = iter(np.linspace(epochs / 3, epochs, 4 * ROUNDS).astype(int).tolist())

    def series(end: int | None = None) -> list[Series]:
        return [Series(str(n), run[:end], None, n) for n, run in enumerate(found)]

    def anew() -> object:
        return LineChart().picture(series(), log=True, x_limits=limits, **SIZE)

    def grown() -> object:
        return chart.picture(series(next(step)), log=True, x_limits=limits, **SIZE)

    def played() -> object:
        until = next(step)
        return chart.picture(series(), log=True, x_limits=limits, until=until, **SIZE)

    for name, draw, most in (
        ("anew", anew, 60),
        ("as they grow", grown, 30),
        ("played", played, 5),
    ):
        [taken] = race(draw, rounds=ROUNDS)
        milliseconds = sorted(1000 * each for each in taken)
        middle = milliseconds[ROUNDS // 2]
        told = f"curves of {runs} × {epochs:,} epochs {name}"
        report.line(told, milliseconds[0], middle, "ms", most=most)
