"""`optplay sweep` and `optplay range-test`: what they print, and where."""

import csv
import json
import signal
import time

import pytest

from optplay.experiments import load
from optplay.instruments.sweep import measure
from optplay.instruments.sweep.measure import asked, stream_sweep

GRID = ("--lr", "1e-3:1:4")


def test_the_table(cli, small, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    code, out, err = cli("sweep", small, *GRID)
    assert (code, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    assert lines[0] == "Small"
    assert lines[1] == ("Each run made 8 times: 4 values of lr from 0.001 to 1 × 2 seeds, 3 epochs")
    assert any(line.startswith("SGD") for line in lines)
    assert any(line.startswith("Adam 0.5") for line in lines)
    assert "median (quartiles) of 2 seeds" in lines
    assert "--confirm" in out
    assert "\x1b" not in out


def test_json_is_all_of_stdout_and_equals_the_sweep(cli, small):
    code, out, err = cli("sweep", small, *GRID, "--json", "--confirm")
    assert (code, err) == (0, "")
    told = json.loads(out)
    preset = load(small)
    results = [*stream_sweep(asked(preset, ["lr=1e-3:1:4"]))][-1]
    found = [[p["final_loss"]["seeds"] for p in run["points"]] for run in told["runs"]]
    assert found == results.metrics["final_loss"].tolist()
    assert told["fresh_seeds"] == [2, 3]
    assert all(run["best"]["confirmed"]["median"] > 0 for run in told["runs"])


def test_without_a_knob_it_is_the_rate(cli, small):
    told = json.loads(cli("sweep", small, "--json", "--epochs", "1")[1])
    (axis,) = told["axes"]
    assert (axis["key"], len(axis["values"])) == ("lr", 25)
    assert (axis["values"][0], axis["values"][-1]) == (1e-5, 1)


def test_any_knob_and_two_of_them(cli, small):
    told = json.loads(cli("sweep", small, "--json", "--over", "warmup=0:0.5:3")[1])
    assert [axis["key"] for axis in told["axes"]] == ["warmup"]
    code, out, _ = cli("sweep", small, "--json", *GRID, "--over", "lambda=0.01:1:3")
    assert code == 0
    told = json.loads(out)
    assert [axis["key"] for axis in told["axes"]] == ["lr", "lambda"]
    assert len(told["runs"][0]["points"]) == 12


def test_optimizers_take_the_place_of_the_runs(cli, small):
    out = cli("sweep", small, *GRID, "--json", "--optimizers", "adam,sgd,lion", "--seeds", "1")[1]
    assert [run["label"] for run in json.loads(out)["runs"]] == ["Adam", "SGD", "Lion"]


def test_csv(cli, small, tmp_path):
    folder = tmp_path / "csv"
    code, out, err = cli("sweep", small, *GRID, "--csv", str(folder), "--json")
    assert code == 0
    assert err.startswith("optplay: wrote ")
    with (folder / "sweep.csv").open(encoding="utf-8", newline="") as file:
        losses = [float(row["final_loss"]) for row in csv.DictReader(file)]
    told = json.loads(out)
    points = [point for run in told["runs"] for point in run["points"]]
    assert losses == [loss for point in points for loss in point["final_loss"]["seeds"]]


@pytest.mark.parametrize("columns", ["40", "80", "160"])
@pytest.mark.parametrize(
    "options",
    [[], ["--metric", "final_accuracy"], ["--metric", "epochs_to_accuracy"],
     ["--over", "lambda=0.01:1:3", "--confirm"]],
)  # fmt: skip
def test_plots_fit_the_width(cli, small, monkeypatch, columns, options):
    monkeypatch.setenv("COLUMNS", columns)
    plain = cli("sweep", small, *GRID, *options)[1]
    code, out, err = cli("sweep", small, *GRID, *options, "--plot")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) > len(plain.splitlines()) + 10
    assert max(map(len, out.splitlines())) <= int(columns)
    assert "\x1b" not in out


def test_nothing_but_divergence_is_said_so(cli, small):
    code, out, _ = cli(
        "sweep", small, "--lr", "500:1000:2", "--set", "*.l2=1000", "--plot", "--confirm"
    )
    assert code == 0
    assert "100 %" in out
    assert "—" in out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lr", "1:2"], ["--lr: ", "KEY=LOW:HIGH:N"]),
        (["--lr", "0:1:5"], ["--lr: lr: found 0", "above 0"]),
        (["--over", "lr"], ["--over: ", "KEY=LOW:HIGH:N"]),
        (["--over", "rho=0:0.5:3"], ["--over: unknown knob of a run with sgd 'rho'"]),
        (["--over", "beta1=0:0.5:3"], ["--over", "beta1"]),
        ([*GRID, "--over", "l2=1:2:2", "--over", "warmup=0:1:2"], ["3 knobs", "2 in all"]),
        ([*GRID, "--over", "lr=1:2:2"], ["lr: found as both axes"]),
        (["--optimizers", "sgd,adma"], ["--optimizers: unknown optimizer 'adma'"]),
        (["--optimizers", ""], ["--optimizers: unknown optimizer ''"]),
        (["--metric", "loss"], ["unknown metric 'loss'", "final_loss"]),
        (["--metric", "final_test_loss"], ["--metric", "test_fraction"]),
        (["--json", "--plot"], ["one of the two"]),
        (["--seeds", "10000", "--epochs", "1000000"], ["days"]),
        (["--csv", ""], ["--csv"]),
    ],
)
def test_wrong_options(cli, small, monkeypatch, options, words):
    monkeypatch.setattr(measure, "stream_sweep", lambda *_: pytest.fail("it trains"))
    code, out, err = cli("sweep", small, *options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert all(word in err for word in words)


SURFACE = """
title = "Ravine"
epochs = 50
problem = { surface = "ravine" }
runs = [{ label = "SGD", optimizer = "sgd" }]
"""


def test_a_surface(cli, tmp_path):
    path = tmp_path / "ravine.toml"
    path.write_text(SURFACE, encoding="utf-8")
    code, out, err = cli("sweep", str(path), "--json")
    assert (code, err) == (0, "")
    (run,) = json.loads(out)["runs"]
    assert run["best"]["median"] < run["points"][0]["final_loss"]["median"]
    assert {point["final_accuracy"]["median"] for point in run["points"]} == {None}
    assert cli("sweep", str(path), "--plot")[0] == cli("range-test", str(path), "--plot")[0] == 0
    for metric in ("final_accuracy", "final_test_loss"):
        code, _, err = cli("sweep", str(path), "--metric", metric)
        assert (code, err.count("\n")) == (2, 1)
        assert "SGD is on a surface; allowed: final_loss" in err


def test_a_preset_with_forks(cli, small):
    with open(small, "a", encoding="utf-8") as file:
        file.write('\n[[runs]]\nlabel = "on"\nfork = { run = "SGD", epoch = 2 }\n')
    code, _, err = cli("sweep", small)
    assert code == 2
    assert "on: found a fork" in err
    assert cli("sweep", small, *GRID, "--optimizers", "sgd")[0] == 0


def test_range_test(cli, small):
    code, out, err = cli("range-test", small, "--epochs", "60")
    assert (code, err) == (0, "")
    assert "The rate rises from 1e-5 to 10 within 60 epochs" in out
    assert "optplay sweep small measures it" in out.replace("\n", " ")
    code, out, err = cli("range-test", small, "--epochs", "60", "--json", "--to", "1")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert [(run["label"], run["seed"]) for run in told["runs"]] == [
        ("SGD", 0), ("SGD", 1), ("Adam 0.5", 0), ("Adam 0.5", 1),
    ]  # fmt: skip
    assert {run["rates"][-1] for run in told["runs"]} == {1.0}


@pytest.mark.parametrize("columns", ["40", "80", "160"])
def test_range_test_plots(cli, small, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    code, out, err = cli("range-test", small, "--epochs", "60", "--plot")
    assert (code, err) == (0, "")
    assert "by learning rate" in out.replace("\n", " ")
    assert max(map(len, out.splitlines())) <= int(columns)


@pytest.mark.parametrize("rate", ["0", "-1", "2000", "nan"])
def test_range_test_to_nowhere(cli, small, rate):
    code, out, err = cli("range-test", small, "--to", rate)
    assert (code, out) == (2, "")
    assert err.startswith("optplay: --to: ")
    assert err.count("\n") == 1


def test_ctrl_c(terminal, small):
    shell = terminal("sweep", small, "--epochs", "5000", "--set", "*.problem.samples=1000")
    shell.read(until=b"sweeping")
    pressed = time.monotonic()
    shell.process.send_signal(signal.SIGINT)
    shown = shell.read(seconds=20)
    assert shell.process.wait(timeout=20) == 130
    assert time.monotonic() - pressed < 10
    assert b"Traceback" not in shown


def test_at_equal_evaluations_who_takes_two_gradients_a_step_has_half_the_epochs(cli, small):
    some = ("--lr", "0.01:0.1:2", "--seeds", "1", "--set", "SGD.sam=0.05", "--equal-evaluations")
    code, out, _ = cli("sweep", small, *some, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["gradient_evaluations"] == 60
    epochs = {run["label"]: {p["epochs"] for p in run["points"]} for run in found["runs"]}
    assert epochs == {"SGD": {1}, "Adam 0.5": {3}}
    shown = " ".join(cli("sweep", small, *some)[1].split())
    assert "60 gradients each, 1 or 3 epochs" in shown
