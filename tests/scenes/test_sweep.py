"""The pictures of sweeps, complete and under way."""

import numpy as np
import pytest

from optplay.experiments.axes import parse_axis
from optplay.experiments.preset import Run
from optplay.experiments.range_test import RangeTest, ramped, range_test
from optplay.experiments.sweep import SWEPT, Sweep, run_sweep, stream_sweep
from optplay.plots.sweeps import BEST
from optplay.problems import Problem
from optplay.scenes import DARK
from optplay.scenes.sweep import range_scene, sweep_scene
from optplay.training import RunConfig, train

RUNS = tuple(
    Run(
        label=name,
        config=RunConfig(problem=Problem(samples=20, hidden=(4,)), optimizer=name, epochs=4),
    )
    for name in ("sgd", "adam")
)


def sweep(*axes):
    return Sweep(RUNS, (0, 1), tuple(parse_axis(text, RUNS[0].config) for text in axes))


def text(picture):
    return ["".join(part for part, _ in row) for row in picture.rows]


@pytest.mark.parametrize("metric", SWEPT)
@pytest.mark.parametrize("axes", [["lr=1e-3:1:5"], ["warmup=0:1:3"], ["lr=1e-3:1:3", "l2=1:9:2"]])
def test_any_metric_over_any_knobs(metric, axes):
    drawn = text(sweep_scene(run_sweep(sweep(*axes)), metric, 70, 20, **DARK))
    assert len(drawn) == 20
    assert {len(row) for row in drawn} == {70}
    known = metric in ("final_loss", "final_accuracy")
    assert not known or "".join(drawn).count(BEST) >= 1


def test_one_point_is_a_picture_already():
    stream = stream_sweep(sweep("lr=1e-3:1:5"), workers=1)
    drawn = text(sweep_scene(next(stream), "final_loss", 70, 20, **DARK))
    stream.close()
    assert "".join(drawn).count(BEST) == 1


def test_each_map_has_the_best_of_its_run():
    drawn = text(sweep_scene(run_sweep(sweep("lr=1e-3:1:3", "l2=1:9:2")), SWEPT[0], 90, 20, **DARK))
    assert "".join(drawn).count(BEST) == 2
    assert "sgd" in drawn[0]
    assert "adam" in drawn[0]


def test_a_range_test():
    tests = {run.label: [range_test(train(ramped(run.config)))] * 2 for run in RUNS}
    drawn = text(range_scene(tests, 70, 20, **DARK))
    assert len(drawn) == 20
    assert {len(row) for row in drawn} == {70}


def test_range_tests_of_other_lengths_and_of_none():
    rates = np.logspace(-5, 1, 7)

    def made(losses):
        return RangeTest(rates[: len(losses)], np.array(losses, float), None, None, None)

    picture = range_scene({"a": [made([3, 2, 1, 1e9]), made([3, 2, 1]), made([])]}, 70, 20, **DARK)
    assert picture.x_high == pytest.approx(-3, abs=0.1)  # two of three have come that far
    assert picture.y_high < 2
    assert any("no data yet" in row for row in text(range_scene({"a": [made([])]}, 70, 20, **DARK)))
