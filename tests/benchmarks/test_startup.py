"""The command line, in processes of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from .table import Report

OPTPLAY = str(Path(sys.executable).with_name("optplay"))
ROUNDS = 5
SEEDS = 20
HEAVY = {"numba", "textual", "plotext"}
# A process inherits the peak of the one that starts it, so a small one must do that.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def run(*command: str, **environment: str) -> tuple[float, subprocess.CompletedProcess[str]]:
    """The seconds that a command took, and what came of it."""
    began = perf_counter()
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        # As it is installed: modules are not compiled anew at each start.
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""} | environment,
    )
    return perf_counter() - began, done


def beside(code: str, *command: str) -> tuple[list[float], str]:
    """The seconds of a command, and a word on bare Python in turn: how busy the machine is."""
    pairs = [(run(*command)[0], run(sys.executable, "-c", code)[0]) for _ in range(ROUNDS)]
    bare = median(b for _, b in pairs)
    return [took for took, _ in pairs], f"python -c '{code}': {bare:.2g} s"


def add(report: Report, what: str, values: list[float], most: float, unit: str, note: str) -> None:
    """A line whose median is held against the target."""
    middle = median(values)
    report.line(what, min(values), middle, unit, most=most, met=middle < most, note=note)


# What a start is made of, in the order in which it comes; each is timed with all before it loaded.
PARTS = {
    "the command line": "import optplay.cli",
    "presets are read": "from optplay.experiments import load; preset = load('compare')",
    "numpy": "import numpy",
    "LLVM": "import llvmlite.binding",
    "training, measuring": "import optplay.experiments.report, optplay.experiments.measures",
    "machine code": (
        "from optplay.training.compilation import Way, compiled_loop; "
        "config = preset.runs[0].config; "
        "[compiled_loop(config.problem, way) for way in (Way.ALONE, Way.TOGETHER)]"
    ),
    "rich": "import optplay.cli.console",
    "rich's Markdown": "import rich.markdown",
}
TIMED = """
import json, sys, time
taken = []
for part in json.loads(sys.argv[1]):
    began = time.process_time()
    exec(part)
    taken.append(time.process_time() - began)
print(json.dumps(taken))
"""


def test_parts(report: Report) -> None:
    def parts() -> list[float]:
        _, done = run(sys.executable, "-c", TIMED, json.dumps([*PARTS.values()]))
        found: list[float] = json.loads(done.stdout)
        return found

    parts()
    for name, times in zip(PARTS, zip(*(parts() for _ in range(ROUNDS)), strict=True), strict=True):
        report.line(f"start-up: {name}", min(times), median(times), "s", note="of one processor")


def test_help(report: Report) -> None:
    times, note = beside("pass", OPTPLAY, "--help")
    _, done = run(sys.executable, "-X", "importtime", OPTPLAY, "--help")
    imported = {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    add(report, "optplay --help", times, 0.25, "s", note)
    found = ", ".join(sorted(HEAVY & imported))
    heavy = ", ".join(sorted(HEAVY))
    what = "optplay --help imports heavy packages"
    report.text(what, found or "none", "", "none", not found, f"of {heavy}")


@pytest.mark.parametrize("command", [("presets",), ("show", "compare")])
def test_short_command(report: Report, command: tuple[str, ...]) -> None:
    run(OPTPLAY, *command)
    times, note = beside("pass", OPTPLAY, *command)
    add(report, f"optplay {' '.join(command)}", times, 0.15, "s", note)


def test_warm_run(report: Report) -> None:
    command = (OPTPLAY, "run", "compare", "--json", "--seeds", str(SEEDS))
    _, done = run(*command)
    runs = len(json.loads(done.stdout)["runs"])
    times, note = beside("import numba", *command)
    what = f"optplay run compare --json --seeds {SEEDS}, warm"
    add(report, what, times, 0.8, "s", f"{runs} runs; {note}")


def test_first_run(report: Report, tmp_path: Path) -> None:
    times, words = [], []
    for i in range(ROUNDS):
        took, done = run(
            OPTPLAY, "run", "compare", "--json", NUMBA_CACHE_DIR=str(tmp_path / str(i))
        )
        times.append(took)
        words.append(done.stderr.strip())
    add(report, "optplay run compare --json, first start ever", times, 8, "s", "")
    said = words[0].splitlines()[0] if all(words) else "nothing"
    report.text("… says so on stderr", "yes" if all(words) else "no", "", "yes", all(words), said)


def test_peak_memory(report: Report) -> None:
    command = (sys.executable, "-S", "-c", PEAK, OPTPLAY, "run", "compare")
    peaks = [int(run(*command)[1].stdout) / 1024 for _ in range(ROUNDS)]
    add(report, "optplay run compare, peak memory", peaks, 300, "MB", "")
