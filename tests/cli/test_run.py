"""`optplay run`: what it prints, and where."""

import csv
import json
from pathlib import Path

import pytest

from optplay.experiments import load, run_preset, to_json


def test_the_table_and_the_verdict(cli, small):
    code, out, err = cli("run", small)
    assert (code, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    assert lines[:2] == ["Small", "Which is lower?"]
    assert any(line.startswith("SGD") and "2" in line for line in lines)
    assert any(line.startswith("Adam 0.5") for line in lines)
    assert "median (quartiles) of 2 seeds" in lines
    assert "undecided SGD ends lower [nobody]" in out
    assert "held on" in out
    assert "\x1b" not in out


def test_quiet_prints_the_verdicts_only(cli, small):
    code, out, err = cli("run", small, "--quiet")
    assert (code, err) == (0, "")
    assert "SGD ends lower" in out
    assert "Small" not in out
    assert "Outcome" not in out
    assert cli("run", small, "-q") == (0, out, "")


@pytest.mark.parametrize("columns", ["40", "80", "160"])
def test_plots_fit_the_width(cli, small, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    _, plain, _ = cli("run", small)
    code, out, err = cli("run", small, "--plot")
    assert (code, err) == (0, "")
    assert "Loss (log)" in out
    assert "Test loss (log)" in out  # without held-out samples there is nothing to draw in it
    assert len(out.splitlines()) > len(plain.splitlines()) + 16
    assert max(map(len, out.splitlines())) <= int(columns)
    assert "\x1b" not in out


def test_plots_of_rates(cli, small):
    path = Path(small)
    text = path.read_text("utf-8")
    path.write_text(text.replace("epochs = 3", "epochs = 3\nat_steps = [2, 5, 1000]"), "utf-8")
    code, out, err = cli("run", small, "--plot")
    assert (code, err) == (0, "")
    assert "SGD: how many parameters have which rate\nafter step 2" in out
    assert "after step 1000" not in out
    assert "|Δw|" in out


def test_json_is_all_of_stdout(cli, small):
    code, out, err = cli("run", small, "--json")
    assert (code, err) == (0, "")
    assert out == to_json(run_preset(load(small))) + "\n"
    assert len(json.loads(out)["runs"]) == 4


def test_two_processes_print_the_same_bytes(process, small):
    first, second = (process("run", small, "--json") for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["preset"] == "small"


def test_options_change_the_preset(cli, small):
    code, out, _ = cli(
        "run", small, "--json", "--seeds", "3", "--epochs", "5", "--set", "Adam 0.5.lr=0.25",
        "--set", "*.problem.hidden=[2]",
    )  # fmt: skip
    assert code == 0
    runs = json.loads(out)["runs"]
    assert [run["seed"] for run in runs] == [0, 1, 2] * 2
    assert {len(run["history"]["loss"]) for run in runs} == {5}
    assert {run["config"]["hyperparameters"]["lr"] for run in runs} == {0.1, 0.25}
    assert {tuple(run["config"]["problem"]["hidden"]) for run in runs} == {(2,)}


def test_csv(cli, small, tmp_path):
    folder = tmp_path / "csv"
    code, out, err = cli("run", small, "--csv", str(folder), "--json")
    assert code == 0
    assert err.startswith("optplay: wrote ")
    runs = json.loads(out)["runs"]
    with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert losses == [loss for run in runs for loss in run["history"]["loss"]]


def test_csv_into_a_file(cli, small):
    code, out, err = cli("run", small, "--csv", small)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert small in err


def test_a_run_that_diverges_is_done(cli, small):
    code, out, err = cli("run", small, "--set", "SGD.lr=1000", "--set", "SGD.l2=1000", "--plot")
    assert (code, err) == (0, "")
    assert "diverged 2" in out
    assert "never" in out


def test_the_exercise(cli):
    code, out, err = cli("run", "exercise-2-warmup", "--seeds", "6")
    assert (code, err) == (0, "")
    assert "Adam + warmup" in out
    assert "of 6 seeds" in out
    assert "fails" in out  # warmup does not help Adam here


def test_many_seeds(cli, small):
    code, out, err = cli(
        "run", small, "--seeds", "1100", "--epochs", "1", "--set", "*.problem.samples=4"
    )
    assert (code, err) == (0, "")
    assert "of 1100 seeds" in out
