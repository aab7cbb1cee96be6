"""The script that says whether a change may go in."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "run"
TOOLS = ("pip", "pytest", "ruff", "mypy", "lint-imports", "python", "optplay")


@pytest.mark.parametrize("failing", [None, "python3", *TOOLS])
def test_every_failure_counts(tmp_path, failing):
    (tmp_path / ".ci").mkdir()
    shutil.copy(SCRIPT, tmp_path / ".ci" / "run")
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "one.toml").touch()
    for name in ("python3", *TOOLS):
        tool = tmp_path / ("bin" if name == "python3" else ".venv/bin") / name
        tool.parent.mkdir(parents=True, exist_ok=True)
        tool.write_text(f"#!/bin/sh\nexit {int(name == failing)}\n")
        tool.chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    command = ["bash", str(tmp_path / ".ci" / "run")]
    done = subprocess.run(command, env={**os.environ, "PATH": path}, check=False)
    assert (done.returncode != 0) == (failing is not None)
