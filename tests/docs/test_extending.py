"""The files that the page on extending shows, each put beside the package's own and used."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
# Another folder for packages whose files are found where they lie.
BESIDE = """
import importlib, pathlib, sys
for folder in {p.parent for p in pathlib.Path(sys.argv[1]).rglob("*.py")}:
    if folder.parent.name != "instruments":
        name = ".".join(folder.relative_to(sys.argv[1]).parts)
        importlib.import_module(name).__path__.append(str(folder))
        continue
    instruments = importlib.import_module("optplay.instruments").__path__
    if str(folder.parent) not in instruments:
        instruments.append(str(folder.parent))
from optplay.cli import invoke
for line in sys.argv[2:]:
    if code := invoke(line.split("|")):
        sys.exit(code)
"""
OWN = """
title = "My own"
seeds = 2
epochs = 3

[problem]
dataset = "stripes"
samples = 20

[[runs]]
label = "Mine"
optimizer = "signsgd"
decay = "root"
"""
BOOTH = """
title = "My own surface"
problem = { surface = "booth", steps = 3 }
runs = [{ label = "SGD", optimizer = "sgd" }]
"""
PALETTE = ",".join(["ctrl+p", *"weights", "enter"])
CONCERNED = [
    "tests/docs", "tests/optim/test_schedules.py", "tests/optim/test_stability.py",
    "tests/problems/test_datasets.py", "tests/problems/test_functions.py",
    "tests/cli/test_commands.py",
]  # fmt: skip


@pytest.fixture
def beside(tmp_path, examples):
    """A folder with the files of the page."""
    for place, text in examples.items():
        path = tmp_path / "beside" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "beside"


@pytest.fixture
def invoke(beside):
    """Runs command lines, their words between bars, with the files of the page."""

    def invoke(*lines):
        command = [sys.executable, "-c", BESIDE, str(beside), *lines]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return invoke


def test_each_file_is_found(invoke):
    shown = invoke("--help", "optimizers|signsgd", "weights|--help")
    for told in ("Show how the weights of each run", "Bernstein et al. 2018", "optplay weights"):
        assert told in shown


@pytest.mark.slow
def test_each_file_is_used(tmp_path, invoke):
    own, booth, screen = tmp_path / "own.toml", tmp_path / "booth.toml", tmp_path / "screen.svg"
    rows = tmp_path / "rows.toml"
    rows.write_text(OWN.replace("signsgd", "row_descent"), encoding="utf-8")
    own.write_text(OWN, encoding="utf-8")
    booth.write_text(BOOTH, encoding="utf-8")
    shown = invoke(
        f"run|{own}|--json",
        f"run|{booth}|--json",
        f"run|{rows}|--json",
        f"weights|{own}|--json",
        f"inspect|{own}|--json",
        f"{own}|--headless|--press|{PALETTE}|--screenshot|{screen}",
    )
    run, surface, by_rows, weights, inspected = map(json.loads, shown.splitlines()[:5])
    assert by_rows["runs"][0]["config"]["optimizer"] == "row_descent"
    assert run["runs"][0]["config"]["decay"] == "root"
    assert len(surface["runs"][0]["path"]) == 4
    assert sum(weights["runs"][0]["counts"]) == 2 * 33
    assert inspected["terms"].keys() == {"Δ"}
    assert "Weights" in screen.read_text(encoding="utf-8")


def test_the_surface_shown_has_the_gradient_it_says(examples):
    declared = {}
    exec(examples["optplay/problems/surfaces/booth.py"], declared)
    surface, w, g = declared["surface"], np.array([1.5, -2.0]), np.zeros(2)
    value = surface.gradient(w, g, np.ones(1))
    for i, step in enumerate(np.eye(2) * 1e-6):
        assert surface.gradient(w + step, np.zeros(2), np.ones(1)) == pytest.approx(
            value + 1e-6 * g[i], abs=1e-9
        )
    assert surface.gradient(np.array(surface.minima[0]), g, np.ones(1)) == 0


def test_the_files_shown_are_tidy(beside):
    for words in (["check", "--select", "F,E,N,UP"], ["format", "--check"]):
        tidied(["ruff", *words, "--line-length", "100", str(beside)], beside)


def tidied(command, folder):
    """Runs a tool that lies beside Python, which has to find nothing."""
    path = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [path, *command[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_an_addition_breaks_no_test_that_is_not_about_it(tmp_path, examples):
    copy = tmp_path / "copy"
    ignored = shutil.ignore_patterns(".*", "build", "dist")
    shutil.copytree(ROOT, copy, ignore=ignored)
    for place, text in examples.items():
        (copy / place).parent.mkdir(exist_ok=True)
        (copy / place).write_text(text, encoding="utf-8")
    (copy / "presets" / "my-own.toml").write_text(OWN, encoding="utf-8")
    tidied(["ruff", "check", "."], copy)
    tidied(["mypy", "--strict", "optplay"], copy)
    tidied(["lint-imports"], copy)
    path = os.pathsep.join([str(copy), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n2", "-m", "not slow", *CONCERNED],
        cwd=copy, env=os.environ | {"PYTHONPATH": path},
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
