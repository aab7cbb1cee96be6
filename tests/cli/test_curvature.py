"""`optplay curvature` and `optplay landscape`: what they print, and where."""

import csv
import json
from math import isnan

import numpy as np
import pytest

from optplay.experiments import load, run_preset
from optplay.experiments.sharpness import hessian, sharpness
from optplay.experiments.tables import strict_json
from optplay.instruments.curvature.measure import curvature_summary
from optplay.instruments.curvature.report import CurvatureReport
from optplay.instruments.landscape.measure import landscape


def same(found, expected):
    """Whether numbers read from JSON are those expected, null standing for NaN and infinity."""
    expected = [x if np.isfinite(x) else None for x in np.ravel(expected)]
    return np.ravel(np.array(found, dtype=object)).tolist() == expected


def test_the_table_of_curvature(cli, small, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    code, out, err = cli("curvature", small)
    assert (code, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    assert lines[0] == "Small"
    results = run_preset(load(small))
    for label, threshold in (("SGD", "20"), ("Adam 0.5", "3800")):
        row = next(line for line in lines if line.startswith(label))
        start = curvature_summary(results, label)["start"].median
        assert f"{start:.3g}" in row
        assert threshold in row.split()
    assert "median (quartiles) of 2 seeds" in lines
    assert "seed 1" in cli("curvature", small, "--seed", "1")[1]


def test_curvature_as_json(cli, small):
    code, out, err = cli("curvature", small, "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["preset", "title", "exact", "runs"]
    results = run_preset(load(small))
    assert out == strict_json(CurvatureReport(results).document()) + "\n"
    histories = [h for seeds in results.runs.values() for h in seeds]
    assert len(document["runs"]) == len(histories) == 4
    for run, history in zip(document["runs"], histories, strict=True):
        assert list(run) == [
            "label", "seed", "config", "outcome", "weights", "no_rates", "figures", "curvature",
        ]  # fmt: skip
        assert (run["weights"], run["no_rates"]) == ("trained", None)
        found = sharpness(history)
        assert list(run["curvature"]) == [
            "epochs", "sharpness", "preconditioned", "threshold", "ratio",
        ]  # fmt: skip
        assert run["curvature"]["epochs"] == [0, 1, 2, 3]
        for name, values in run["curvature"].items():
            assert same(values, getattr(found, name))
        figures = run["figures"]
        assert figures["start"] == found.sharpness[0]
        assert figures["end"] == found.sharpness[-1]
        assert figures["max"] == found.sharpness.max()
        assert figures["preconditioned"] == found.preconditioned[-1]
        assert figures["threshold"] == found.threshold[-1]
        assert figures["stability_ratio"] == found.ratio[-1]
    # Adam has no rates before its first step.
    assert document["runs"][2]["curvature"]["ratio"][0] is None


def test_curvature_as_csv(cli, small, tmp_path):
    code, out, err = cli("curvature", small, "--csv", str(tmp_path / "out"))
    assert code == 0
    assert "Small" in out
    assert err.startswith("optplay: wrote ")
    with open(tmp_path / "out" / "curvature.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    histories = [h for seeds in run_preset(load(small)).runs.values() for h in seeds]
    assert len(rows) == 4 * len(histories)
    found = sharpness(histories[3])
    assert [float(row["sharpness"]) for row in rows[12:]] == found.sharpness.tolist()
    assert {(row["label"], row["seed"]) for row in rows[12:]} == {("Adam 0.5", "1")}
    assert isnan(float(rows[12]["ratio"]))


@pytest.mark.parametrize("command", ["curvature", "landscape"])
@pytest.mark.parametrize("columns", ["40", "80", "160"])
def test_plots_fit_the_width(cli, small, monkeypatch, command, columns):
    monkeypatch.setenv("COLUMNS", columns)
    _, plain, _ = cli(command, small)
    code, out, err = cli(command, small, "--plot")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) > len(plain.splitlines()) + 16
    assert max(map(len, out.splitlines())) <= int(columns)
    assert "\x1b" not in out


@pytest.mark.parametrize("command", ["curvature", "landscape"])
def test_json_and_plot_together_are_refused(cli, small, command):
    code, out, err = cli(command, small, "--json", "--plot")
    assert (code, out) == (2, "")
    assert "--plot: found with --json" in err


def test_a_network_too_large_is_one_line(cli, small):
    code, out, err = cli("curvature", small, "--set", "*.problem.hidden=[1000]")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "found a network of 4,001 parameters, allowed: up to 2,000" in err


def test_the_table_of_slices(cli, small):
    code, out, err = cli("landscape", small, "--epoch", "2")
    assert (code, err) == (0, "")
    history = run_preset(load(small, seed=0)).runs["SGD"][0]
    explained = landscape([history], 2).plane.explained
    row = next(line for line in out.splitlines() if line.strip().startswith("SGD")).split()
    assert row[1] == "2"
    assert row[3::2] == [f"{100 * x:.3g}" for x in (*explained, explained.sum())]
    assert "seed 0" in out


def test_landscapes_as_json(cli, small):
    code, out, err = cli("landscape", small, "--epoch", "2", "--seed", "1", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["preset", "title", "exact", "seed", "slices"]
    assert document["seed"] == 1
    runs = run_preset(load(small, seed=1)).runs
    for one, (label, [history]) in zip(document["slices"], runs.items(), strict=True):
        expected = landscape([history], 2)
        assert one["through"]["run"] == label
        assert one["through"]["epoch"] == 2
        assert one["origin"] == history.weights[2].tolist()
        assert one["directions"] == expected.plane.directions.tolist()
        assert one["explained"] == expected.plane.explained.tolist()
        x, y = expected.grid()
        assert (one["x"], one["y"]) == (x.tolist(), y.tolist())
        assert one["loss"] == expected.plane.losses(history, x, y).tolist()
        assert one["paths"] == [{"run": label, "points": expected.paths[0].tolist()}]


def test_a_shared_slice_has_all_ways(cli, small):
    document = json.loads(cli("landscape", small, "--shared", "--json")[1])
    [one] = document["slices"]
    assert one["through"]["run"] == "SGD"
    assert one["through"]["epoch"] == 3
    assert [path["run"] for path in one["paths"]] == ["SGD", "Adam 0.5"]
    assert all(len(path["points"]) == 4 for path in one["paths"])
    _, out, _ = cli("landscape", small, "--shared", "--plot")
    assert "● SGD   x Adam 0.5" in out
    assert "● the loss around SGD" in out


@pytest.mark.parametrize("epoch", ["-1", "4"])
def test_an_epoch_that_no_run_has(cli, small, epoch):
    code, out, err = cli("landscape", small, "--epoch", epoch)
    assert (code, out) == (2, "")
    assert err == f"optplay: epoch: found {epoch}, allowed: 0 to 3\n"


def test_runs_that_diverge_have_what_there_is_of_them(cli, small):
    edits = ["--set", "SGD.lr=1000", "--set", "SGD.l2=1000", "--epochs", "200"]
    document = json.loads(cli("curvature", small, *edits, "--json")[1])
    assert document["runs"][0]["outcome"] == "diverged"
    assert document["runs"][0]["figures"]["stability_ratio"] is None
    assert document["runs"][0]["curvature"]["sharpness"][0] > 1000  # λ₂ counts
    for command in ("curvature", "landscape"):
        code, out, err = cli(command, small, *edits, "--plot")
        assert (code, err) == (0, "")
        assert "Adam 0.5" in out


def test_what_is_computed_on_all_cores_is_each_runs_own(cli, small):
    results = run_preset(load(small))
    cli("curvature", small)
    history = results.runs["SGD"][1]
    h = hessian(history.config.problem, history.weights[-1])
    summary = curvature_summary(run_preset(load(small, seed=1)), "SGD")
    assert summary["end"].median == pytest.approx(np.linalg.eigvalsh(h)[-1], rel=1e-12)
