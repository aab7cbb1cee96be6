"""The pictures of sweeps, complete and under way."""

import msgspec
import numpy as np
import pytest

from optplay.experiments.preset import Run
from optplay.instruments.range_test.measure import RangeTest, ramped, range_test
from optplay.instruments.range_test.picture import range_picture, with_table as range_with_table
from optplay.instruments.sweep.axes import parse_axis
from optplay.instruments.sweep.best import best
from optplay.instruments.sweep.charts import BEST
from optplay.instruments.sweep.measure import SWEPT, Sweep, stream_sweep
from optplay.instruments.sweep.picture import (
    on_log_axis,
    results_picture,
    with_table,
)
from optplay.plots import DARK
from optplay.problems import Problem, SurfaceProblem
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
    drawn = text(results_picture([*stream_sweep(sweep(*axes))][-1], metric, 70, 20, **DARK))
    assert len(drawn) == 20
    assert {len(row) for row in drawn} == {70}
    known = metric in ("final_loss", "final_accuracy")
    assert not known or "".join(drawn).count(BEST) >= 1


def test_one_point_is_a_picture_already():
    stream = stream_sweep(sweep("lr=1e-3:1:5"), width=1)
    drawn = text(results_picture(next(stream), "final_loss", 70, 20, **DARK))
    stream.close()
    assert "".join(drawn).count(BEST) == 1


def test_each_map_has_the_best_of_its_run():
    drawn = text(
        results_picture(
            [*stream_sweep(sweep("lr=1e-3:1:3", "l2=1:9:2"))][-1], SWEPT[0], 90, 20, **DARK
        )
    )
    assert "".join(drawn).count(BEST) == 2
    assert "sgd" in drawn[0]
    assert "adam" in drawn[0]


def test_a_range_test():
    tests = {run.label: [range_test(train(ramped(run.config)))] * 2 for run in RUNS}
    drawn = text(range_picture(tests, 70, 20, **DARK))
    assert len(drawn) == 20
    assert {len(row) for row in drawn} == {70}


def test_range_tests_of_other_lengths_and_of_none():
    rates = np.logspace(-5, 1, 7)

    def made(losses):
        return RangeTest(rates[: len(losses)], np.array(losses, float), None, None, None)

    picture = range_picture(
        {"a": [made([3, 2, 1, 1e9]), made([3, 2, 1]), made([])]}, 70, 20, **DARK
    )
    assert picture.x_high == pytest.approx(-3, abs=0.1)  # two of three have come that far
    assert picture.y_high < 2
    assert any(
        "no data yet" in row for row in text(range_picture({"a": [made([])]}, 70, 20, **DARK))
    )


@pytest.mark.parametrize("axes", [["lr=1e-3:1:5"], ["lr=1e-3:1:3", "l2=1:9:2"]])
@pytest.mark.parametrize("width", [26, 46, 78, 120])
def test_the_table_fits_and_says_where_each_run_is_best(axes, width):
    results = [*stream_sweep(sweep(*axes))][-1]
    drawn = text(with_table(results, "final_loss", width, 18, **DARK))
    assert (len(drawn), {len(row) for row in drawn}) == (18, {width})
    assert drawn[-3].startswith(("★ best", "the brighter"))
    for run, row in enumerate(drawn[-2:]):
        found = best(results, run)
        assert row.startswith(f"● {RUNS[run].label}")
        assert width < 46 or f"{found.side.median:.3g} at " in row
        assert width < 46 or f"{found.values[-1]:.3g}" in row
        assert ("good" in row) == (width > (60 if len(axes) == 1 else 78))


def test_a_run_that_the_axes_make_the_same_says_so():
    hotter = msgspec.structs.replace(RUNS[0].config, hyperparameters={"lr": 0.5})
    twin = Run(label="twin", config=hotter)
    axis = parse_axis("lr=1e-3:1:5", RUNS[0].config)
    both = [*stream_sweep(Sweep((*RUNS, twin), (0,), (axis,)))][-1]
    drawn = text(with_table(both, "final_loss", 78, 24, **DARK))
    assert "as sgd: only what is swept sets them apart" in drawn[-1]
    other = [
        *stream_sweep(Sweep((*RUNS, twin), (0,), (parse_axis("l2=1e-3:1:5", RUNS[0].config),)))
    ][-1]
    assert "as sgd" not in text(with_table(other, "final_loss", 78, 24, **DARK))[-1]


def test_a_table_is_left_out_where_there_is_no_room():
    results = [*stream_sweep(sweep("lr=1e-3:1:5"))][-1]
    assert with_table(results, "final_loss", 40, 5, **DARK) == results_picture(
        results, "final_loss", 40, 5, **DARK
    )


def test_what_range_tests_suggest_is_told():
    rising = RangeTest(np.array([0.01, 0.1, 1]), np.array([2.0, 1, 5]), 0.1, 0.1, None)
    falling = RangeTest(np.array([0.01, 0.1, 1]), np.array([3.0, 2, 1]), 0.1, None, None)
    drawn = text(range_with_table({"up": [rising], "down": [falling]}, 60, 20, **DARK))
    assert "dotted: a tenth" in drawn[-3]
    assert drawn[-2].startswith("● up    suggests lr 0.01")
    assert drawn[-1].startswith("● down  the loss falls to the end")


def test_values_below_zero_have_a_linear_axis():
    problem = SurfaceProblem(surface="saddle")
    runs = (Run(label="A", config=RunConfig(problem=problem, optimizer="sgd", epochs=400)),)
    results = [*stream_sweep(Sweep(runs, (0,), (parse_axis("lr=1e-3:0.1:7", runs[0].config),)))][-1]
    assert not on_log_axis(results, "final_loss")
    text = results_picture(results, "final_loss", 60, 16, color=False, dark=True).text()
    assert "no data yet" not in text
    assert "-4" in text.replace("−", "-")
