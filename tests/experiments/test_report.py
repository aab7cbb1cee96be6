"""JSON and CSV: strict, complete, and the same numbers as the Histories."""

import csv
import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from optplay.experiments import Preset, Results, load, run_preset
from optplay.experiments.preset import Run
from optplay.experiments.reading import parse
from optplay.experiments.report import RunReport, run_metrics
from optplay.experiments.tables import json_pieces, strict_json, write_csv
from optplay.training import RECORDED

DIVERGING = '\n[[runs]]\nlabel = "Boom, \\"bang\\""\noptimizer = "sgd"\nlr = 1000\nl2 = 1000\n'


def strict(text):
    """Parses JSON that has neither NaN nor Infinity."""

    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def same(left, right):
    """Equal bit for bit, with null for what is not finite."""
    return [v if math.isfinite(v) else None for v in left] == right


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = Path(tmp_path_factory.mktemp("report")) / "small.toml"
    path.write_text(PRESET, encoding="utf-8")
    return run_preset(load(str(path)))


PRESET = (
    """
title = "Größe"
seeds = [4, 2]
epochs = 3
at_steps = [2, 1000]
problem = { samples = 20, hidden = [4] }

[[claims]]
text = "It never does"
metric = "epochs_to_accuracy"
at = 1.0
left = "Adam"
is = "above"
right = 5

[[runs]]
label = "Adam"
"""
    + DIVERGING
)


def test_the_keys(results):
    text = strict_json(RunReport(results).document())
    assert "\n" not in text
    document = strict(text)
    assert list(document) == ["preset", "title", "exact", "runs", "claims", "try", "distributions"]
    assert (document["preset"], document["title"]) == ("small", "Größe")
    assert [(r["label"], r["seed"]) for r in document["runs"]] == [
        ("Adam", 4), ("Adam", 2), ('Boom, "bang"', 4), ('Boom, "bang"', 2),
    ]  # fmt: skip
    for run in document["runs"]:
        assert list(run) == [
            "label", "seed", "config", "fork", "outcome", "diverged_at", "metrics", "history",
            "weights", "final_params",
        ]  # fmt: skip
        assert list(run["history"]) == list(RECORDED)
        assert run["config"]["seed"] == run["seed"]
        assert run["fork"] is None
    [claim] = document["claims"]
    assert {"text", "verdict", "held", "of", "left", "right"} <= set(claim)
    assert {"median", "low", "high"} <= set(claim["left"])
    assert (claim["held"], claim["of"], claim["verdict"]) == (2, 2, "undecided")
    assert claim["left"]["median"] is None  # never
    assert claim["right"]["median"] == 5


def test_the_numbers_are_those_of_the_histories(results):
    document = strict(strict_json(RunReport(results).document()))
    histories = [h for group in results.runs.values() for h in group]
    for run, history in zip(document["runs"], histories, strict=True):
        for quantity in RECORDED:
            assert same(history[quantity].tolist(), run["history"][quantity])
        assert same(history.current.tolist(), run["final_params"])
        assert list(run["metrics"]) == list(run_metrics(history))
        assert same(run_metrics(history).values(), list(run["metrics"].values()))
        assert (run["outcome"], run["diverged_at"]) == (history.outcome, history.diverged_at)
        assert len(run["history"]["loss"]) == history.epochs


def test_a_diverged_run_has_nulls(results):
    run = strict(strict_json(RunReport(results).document()))["runs"][2]
    assert run["outcome"] == "diverged"
    assert run["diverged_at"] >= 1
    assert run["metrics"]["final_loss"] is None
    assert run["metrics"]["final_accuracy"] is None
    assert run["metrics"]["weight_norm"] is None


def test_what_is_left_out(results):
    distributions = strict(strict_json(RunReport(results).document()))["distributions"]
    assert [(d["label"], d["step"], d["moved"] > 0) for d in distributions] == [
        ("Adam", 2, True), ("Adam", 1000, False),
        ('Boom, "bang"', 2, True), ('Boom, "bang"', 1000, False),
    ]  # fmt: skip


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_gives_the_same_floats(results, tmp_path):
    folder = tmp_path / "new" / "folder"
    paths = write_csv(RunReport(results).csv(), folder)
    assert [p.name for p in paths] == ["history.csv", "metrics.csv", "claims.csv"]
    assert sorted(folder.iterdir()) == sorted(paths)
    pairs = [(label, h) for label, group in results.runs.items() for h in group]
    table = rows(paths[0])
    expected = [(label, h, e) for label, h in pairs for e in range(h.epochs)]
    for row, (label, history, epoch) in zip(table, expected, strict=True):
        assert (row["label"], row["seed"], row["epoch"]) == (
            label, str(history.config.seed), str(epoch + 1),
        )  # fmt: skip
        for quantity in RECORDED:
            assert repr(float(row[quantity])) == repr(float(history[quantity][epoch]))
    for row, (_, history) in zip(rows(paths[1]), pairs, strict=True):
        assert row["outcome"] == history.outcome
        assert row["diverged_at"] == ("" if history.diverged_at is None else str(history.steps))
        for name, value in run_metrics(history).items():
            assert repr(float(row[name])) == repr(value)
    [claim] = rows(paths[2])
    assert (claim["verdict"], claim["held"], claim["left_median"]) == ("undecided", "2", "inf")


def test_reports_are_ordinary_files(results, tmp_path):
    (tmp_path / "other").touch()
    for path in write_csv(RunReport(results).csv(), tmp_path):
        assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_failed_write_leaves_the_old_file(results, tmp_path, monkeypatch):
    paths = write_csv(RunReport(results).csv(), tmp_path)
    paths[0].write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_csv(RunReport(results).csv(), tmp_path)
    assert paths[0].read_text() == "old"
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_a_full_disk_is_told_with_the_files_name(results, tmp_path, full_disk):
    with full_disk, pytest.raises(OSError, match=r"No space left.*history\.csv"):
        write_csv(RunReport(results).csv(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_report_takes_no_more_memory_than_its_history(history, tmp_path):
    """Lists of numbers, and one long text, took five times as much."""
    epochs = 20_000
    long = history(weights=np.zeros((epochs + 1, 2)), loss=np.random.default_rng(0).random(epochs))
    preset = Preset(name="long", title="Long", runs=(Run(label="SGD", config=long.config),))
    report = RunReport(Results(preset, {"SGD": [long]}, []))
    tracemalloc.start()
    try:
        letters = sum(map(len, json_pieces(report.document())))
        write_csv(report.csv(), tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert letters > 10 * epochs
    assert peak < long.record.nbytes


def test_a_directory_in_the_way(results, tmp_path):
    (tmp_path / "metrics.csv").mkdir()
    with pytest.raises(OSError, match=r"metrics\.csv"):
        write_csv(RunReport(results).csv(), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["history.csv", "metrics.csv"]


def test_twice_the_same(results):
    assert strict_json(RunReport(run_preset(results.preset)).document()) == strict_json(
        RunReport(results).document()
    )


def test_a_fork_is_told_beside_its_config(tmp_path):
    path = tmp_path / "forked.toml"
    path.write_text(
        'title = "T"\nepochs = 3\nproblem = { samples = 20 }\n[[runs]]\nlabel = "A"\n'
        '[[runs]]\nlabel = "B"\nlr = 0.1\nfork = { run = "A", epoch = 2 }\n',
        encoding="utf-8",
    )
    first, second = strict(strict_json(RunReport(run_preset(load(str(path)))).document()))["runs"]
    assert first["fork"] is None
    assert second["fork"] == {"run": "A", "epoch": 2}
    assert first["history"]["loss"][:2] == second["history"]["loss"][:2]
    assert first["history"]["loss"][2] != second["history"]["loss"][2]


def test_a_run_on_a_surface_has_its_path():
    text = (
        'title = "T"\n[problem]\nsurface = "ravine"\nsteps = 3\n'
        '[[runs]]\nlabel = "A"\noptimizer = "sgd"\nlr = 0.01\n'
    )
    results = run_preset(parse(text, "t"))
    (run,) = strict(strict_json(RunReport(results).document()))["runs"]
    assert run["path"] == results.runs["A"][0].weights.tolist()
    assert len(run["path"]) == 4
