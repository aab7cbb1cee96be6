"""`optplay run`: what it prints, and where."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from optplay import experiments
from optplay.experiments import load, run_preset
from optplay.experiments.report import RunReport
from optplay.experiments.tables import strict_json


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


@pytest.mark.parametrize("option", [[], ["--quiet"]])
def test_few_seeds_are_said_to_decide_nothing(cli, small, option):
    told = "\n5 seeds: fewer than 6 seeds decide nothing\n"
    assert told in cli("run", small, "--seeds", "5", *option)[1]
    assert "decide nothing" not in cli("run", small, "--seeds", "6", *option)[1]


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
    assert out == strict_json(RunReport(run_preset(load(small))).document()) + "\n"
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


def test_csv_writes_over_nothing_without_force(cli, small, tmp_path, monkeypatch):
    name = "claims.csv"
    (tmp_path / name).write_text("mine")
    with monkeypatch.context() as patch:
        patch.setattr(experiments, "run_preset", lambda *_, **__: pytest.fail("it trains"))
        code, out, err = cli("run", small, "--csv", str(tmp_path))
    assert (code, out) == (2, "")
    assert err.startswith(f"optplay: --csv: {tmp_path / name} is there already, allowed: ")
    assert "--force" in err
    assert (tmp_path / name).read_text() == "mine"
    assert cli("run", small, "--csv", str(tmp_path), "--force")[0] == 0
    assert (tmp_path / name).read_text().startswith("text,verdict")


@pytest.mark.parametrize(
    ("command", "report"),
    [("run", "history.csv"), ("sweep", "best.csv"), ("curvature", "curvature.csv")],
)
def test_what_is_written_is_what_was_told(cli, small, tmp_path, command, report):
    extra = ["--lr", "0.01:0.1:2"] if command == "sweep" else []
    assert cli(command, small, *extra, "--csv", str(tmp_path / "csv"))[0] == 0
    told = cli(command, "--help")[1]
    names = [path.name for path in (tmp_path / "csv").iterdir()]
    assert report in names
    assert all(name in told for name in names)


def test_a_spreadsheet_takes_no_text_for_a_formula(cli, small, tmp_path):
    text = Path(small).read_text(encoding="utf-8")
    for old, new in (("SGD", "=1+1"), ("Adam 0.5", "+Adam"), ("nobody", "@me")):
        text = text.replace(f'"{old}"', f'"{new}"')
    Path(small).write_text(text, encoding="utf-8")
    assert cli("run", small, "--csv", str(tmp_path))[0] == 0
    with (tmp_path / "history.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["label"] for row in rows} == {"'=1+1", "'+Adam"}
    assert all(float(row["loss"]) > 0 for row in rows)


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


def test_one_seed(cli, small):
    code, out, _ = cli("run", small, "--json", "--seed", "7")
    assert code == 0
    assert [run["seed"] for run in json.loads(out)["runs"]] == [7, 7]


@pytest.mark.parametrize(
    ("options", "words", "never"),
    [
        (["--seed", "3", "--seeds", "2"], ["--seed", "--seeds", "one of the two"], "line"),
        (["--seeds", "many"], ["--seeds: found 'many'", "a whole number", "1 to 10,000"], "valid"),
        (["--seed", "1.5"], ["--seed: found '1.5'", "a whole number"], "valid"),
        (["--epochs", "1e3"], ["--epochs: found '1e3'", "a whole number"], "valid"),
        (["--seed", "-1"], ["--seed: found -1", "0 or more and below 2^63"], "seeds"),
        (["--seed", "9223372036854775808"], ["--seed: found 9223372036854775808"], "seeds"),
        (["--seeds", "0"], ["--seeds: found 0", "1 to 10,000"], "list"),
        (["--epochs", "0"], ["--epochs: found 0", "[1, 10,000,000]"], "runs[1]"),
        (["--set", "*.epochs=5"], ["--epochs N"], "unknown"),
        (["--set", "SGD.lr"], ["no '='"], "unknown"),
    ],
)
def test_wrong_options(cli, small, options, words, never):
    code, out, err = cli("run", small, *options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert all(word in err for word in words)
    assert never not in err


def test_no_name(cli):
    assert cli("run", "") == (
        2, "", "optplay: PRESET: found '', allowed: a preset's name or a TOML file\n",
    )  # fmt: skip


@pytest.mark.parametrize("folder", ["", "/proc/optplay", "/dev/null/csv", "nul\0"])
def test_a_folder_that_takes_no_csv_is_refused_before_training(cli, small, monkeypatch, folder):
    monkeypatch.setattr(experiments, "run_preset", lambda *_, **__: pytest.fail("it trains"))
    code, out, err = cli("run", small, "--csv", folder)
    assert (code, out) == (2, "")
    assert err.startswith("optplay: --csv: ")
    assert err.count("\n") == 1


def test_a_wrong_preset_leaves_no_folder(cli, small, tmp_path):
    assert cli("run", small, "--set", "SGD.lr=x", "--csv", str(tmp_path / "csv"))[0] == 2
    assert not (tmp_path / "csv").exists()


@pytest.mark.parametrize("how", [">&-", "--plot >&- 2>&-", "--json >&-"])
def test_closed_streams(small, how):
    done = subprocess.run(
        f'"{sys.executable}" -m optplay run "{small}" {how}',
        shell=True, stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_csv_with_stdout_closed(small, tmp_path):
    """No file may get the number of the stream: what is printed would end up in it."""
    command = f'"{sys.executable}" -m optplay run "{small}" --csv "{tmp_path}/csv" -q >&-'
    assert subprocess.run(command, shell=True, timeout=60, check=False).returncode == 0
    assert (tmp_path / "csv" / "claims.csv").read_text("utf-8").startswith("text,verdict")


def test_progress_reaches_the_total_with_forks(small):
    with open(small, "a", encoding="utf-8") as file:
        file.write('\n[[runs]]\nlabel = "on"\nfork = { run = "SGD", epoch = 2 }\n')
    preset, reports = load(small), []
    run_preset(preset, progress=reports.append)
    assert preset.steps == 2 * (60 + 60 + 20)
    assert reports[-1] == preset.steps
    assert reports == sorted(reports)
