"""No data may abort the process, raise, or make plotext print."""

import subprocess
import sys
from pathlib import Path

import pytest


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=root,
        env={"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("cases", [200, pytest.param(10_000, marks=pytest.mark.slow)])
def test_hostile_charts_neither_abort_nor_print(cases: int) -> None:
    done = python(str(Path(__file__).with_name("hostile.py")), str(cases))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_plotext_is_imported_with_the_first_chart_only() -> None:
    done = python(
        "-c",
        "import sys, optplay.plots as plots; before = 'plotext' in sys.modules;"
        "plots.line_picture([plots.Series('a', [1, 2])], width=20, height=8);"
        "print(before, 'plotext' in sys.modules)",
    )
    assert done.stdout == "False True\n", done.stderr
