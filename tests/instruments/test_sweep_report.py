"""Sweeps and range tests as data."""

import csv
import json
from math import inf, nan

import numpy as np
import pytest

from optplay.experiments import load
from optplay.experiments.tables import strict_json, write_csv
from optplay.instruments.range_test.measure import ramped, range_test
from optplay.instruments.range_test.report import RangeTestReport
from optplay.instruments.sweep.axes import parse_axis
from optplay.instruments.sweep.best import confirmation, over_seeds
from optplay.instruments.sweep.measure import Sweep, stream_sweep
from optplay.instruments.sweep.report import (
    SweepReport,
    sides_of,
)
from optplay.training import train


def refuse(constant):
    raise AssertionError(f"{constant} is not strict JSON")


def read(document):
    return json.loads(strict_json(document), parse_constant=refuse)


@pytest.fixture
def report(small, write):
    preset = load(write(small))
    axis = parse_axis("lr=1e-3:1000:4", preset.runs[0].config)
    results = [*stream_sweep(Sweep(preset.runs, preset.seeds, (axis,)))][-1]
    again = confirmation(results)
    return SweepReport(
        preset,
        results,
        "final_loss",
        sides_of([*stream_sweep(again)][-1], "final_loss"),
        again.seeds,
    )


def test_the_document(report):
    told = read(report.document())
    assert (told["preset"], told["metric"], told["seeds"]) == ("small", "final_loss", [0, 1])
    assert told["fresh_seeds"] == [2, 3]
    assert told["axes"] == [{"key": "lr", "log": True, "values": [0.001, 0.1, 10.0, 1000.0]}]
    assert [run["label"] for run in told["runs"]] == ["SGD", "Adam 0.5"]
    medians = over_seeds(report.results, "final_loss")[0]
    for index, run in enumerate(told["runs"]):
        assert [point["at"] for point in run["points"]] == [[0.001], [0.1], [10.0], [1000.0]]
        for at, point in enumerate(run["points"]):
            expected = medians[index, at]
            assert point["final_loss"]["median"] == (expected if np.isfinite(expected) else None)
            assert len(point["final_loss"]["seeds"]) == 2
            assert point["final_test_loss"]["median"] is None  # no samples are held out
            assert "epochs_to_accuracy_0.9" in point
            assert point["trained"] + point["collapsed"] + point["diverged"] == 2
        best = run["best"]
        assert best["median"] == min(p["final_loss"]["median"] or inf for p in run["points"])
        assert set(best["confirmed"]) == {"median", "low", "high"}
        assert best["good"][0]["low"] <= best["at"][0] <= best["good"][0]["high"]


def test_a_good_range_that_reaches_the_end_of_what_was_tried_is_open(report):
    for values in report.results.metrics.values():
        values.flags.writeable = True
        values[:] = np.array([1.0, 2.0, 2.0, 2.0])[:, np.newaxis]
    (good,) = read(report.document())["runs"][0]["best"]["good"]
    assert good == {"low": 0.001, "high": 0.001, "open_below": True, "open_above": False}


def test_what_is_not_finite_is_null(report):
    for values in report.results.metrics.values():
        values.flags.writeable = True
        values[0], values[1, 0, 0] = inf, nan
    told = read(report.document())
    assert told["runs"][0]["best"] is None
    assert told["runs"][0]["points"][0]["final_loss"]["seeds"] == [None, None]
    assert told["runs"][1]["best"]["confirmed"] is not None


def test_the_csv_files(report, tmp_path):
    paths = write_csv(report.csv(), tmp_path / "new")
    assert [path.name for path in paths] == ["sweep.csv", "best.csv"]
    with paths[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 4 * 2
    losses = [float(row["final_loss"]) for row in rows]
    assert losses == report.results.metrics["final_loss"].ravel().tolist()
    assert [row["lr"] for row in rows[:4]] == ["0.001", "0.001", "0.1", "0.1"]
    assert {row["outcome"] for row in rows} <= {"trained", "collapsed", "diverged"}
    with paths[1].open(encoding="utf-8", newline="") as file:
        best = list(csv.DictReader(file))
    assert [row["label"] for row in best] == ["SGD", "Adam 0.5"]
    for index, row in enumerate(best):
        assert float(row["lr"]) == report.best(index).values[0]
        assert float(row["median"]) == report.best(index).side.median
        assert float(row["confirmed_median"]) == report.confirmed[row["label"]].median
        assert float(row["lr_good_low"]) <= float(row["lr"]) <= float(row["lr_good_high"])


def test_range_tests(report):
    preset = report.preset
    tests = {run.label: [range_test(train(ramped(run.config)))] * 2 for run in preset.runs}
    told = read(RangeTestReport(preset, tests, 10.0).document())
    assert (told["preset"], told["to"]) == ("small", 10.0)
    assert [(run["label"], run["seed"]) for run in told["runs"]] == [
        ("SGD", 0), ("SGD", 1), ("Adam 0.5", 0), ("Adam 0.5", 1),
    ]  # fmt: skip
    assert told["runs"][0]["rates"][-1] == 10.0
    assert len(told["runs"][0]["losses"]) == len(told["runs"][0]["rates"])
