"""A machine that optplay has not met yet, and one that is set up oddly."""

import os
import subprocess
import sys

import pytest

FOLDERS = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
KEPT = {k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH")}
ODD = {
    "nothing set": {},
    "no folder can be made": dict.fromkeys(FOLDERS, "/dev/null"),
    "folders relative": dict.fromkeys(FOLDERS[1:], "some/where"),
    "a terminal unheard of": {"TERM": "nonsense", "COLUMNS": "abc", "LINES": "-3"},
    "a language unheard of": {"LANG": "xx_YY.ZZ", "LC_ALL": "nonsense", "PYTHONUTF8": "0"},
}


@pytest.mark.parametrize("env", ODD.values(), ids=ODD)
def test_odd_settings(small, tmp_path, env):
    done = subprocess.run(
        [sys.executable, "-m", "optplay", small], stdin=subprocess.DEVNULL,
        capture_output=True, cwd=tmp_path, env=KEPT | env, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count(b"\n")) == (0, 1)
    assert b"no terminal here" in done.stderr
    assert b"SGD ends lower" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]
