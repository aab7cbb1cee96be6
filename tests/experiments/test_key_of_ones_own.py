"""A new key of the pipeline is a field of RunConfig and a line of the table of keys."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import optplay

FIELD = """
    friction: Annotated[
        float, Meta(ge=0, le=1, description="takes a part of each weight off")
    ] = 0.0
"""
LINE = '    _of_run("friction", off=0.0, on=0.25),\n'
USES = '''
from pathlib import Path

from optplay.errors import InputError
from optplay.experiments import settings
from optplay.experiments.keys import keys
from optplay.experiments.reading import load, parse
from optplay.experiments.saving import command, to_toml
from optplay.instruments.sweep.axes import parse_axis
from optplay.tui.session import Session

TEXT = """
title = "T"
[[runs]]
label = "A"
friction = 0.5
[[runs]]
label = "B"
optimizer = "sgd"
"""


def refused(of, words):
    try:
        of()
    except InputError as error:
        assert words in str(error), error
    else:
        raise AssertionError(words)


preset = parse(TEXT, "t")
first, second = (run.config for run in preset.runs)
assert (first.friction, second.friction) == (0.5, 0.0)
refused(lambda: parse(TEXT.replace("0.5", "2"), "t"), "friction: found 2, allowed: a number in [0,")
refused(lambda: parse(TEXT.replace("friction", "fricton"), "t"), "did you mean 'friction'?")

Path("t.toml").write_text(TEXT)
edited = load("t.toml", edits=["*.friction=0.75"])
assert [run.config.friction for run in edited.runs] == [0.75, 0.75]
assert command(edited, "t.toml", load("t.toml")) == "optplay run t.toml --set '*.friction=0.75'"
assert "friction = 0.75" in to_toml(edited)
assert parse(to_toml(edited), "t") == parse(TEXT.replace("0.5", "0.75") + "friction = 0.75", "t")

assert settings(first) == "lr=0.001, friction=0.5"
assert settings(second) == "lr=0.01"

axis = parse_axis("friction=0:0.5:3", second)
assert (axis.values, axis.log) == ((0.0, 0.25, 0.5), False)
assert axis.set(second, 0.5).friction == 0.5

[key] = [key for key in keys(second) if key.name == "friction"]
assert (key.title, key.text) == ("Friction", "takes a part of each weight off")
assert (key.allowed, key.switched) == ("a number in [0, 1]", True)
session = Session(preset, "t")
session.switch("friction")
assert session.value("friction") == 0.0
session.switch("friction")
assert session.value("friction") == 0.5
session.select(1)
session.switch("friction")
assert session.value("friction") == 0.25
session.turn("friction", key.scale.nudge(0.25, 1))
assert session.value("friction") == 0.3
'''


def insert(path, before, text):
    """Puts a text before the only place where another one stands."""
    found = path.read_text(encoding="utf-8")
    assert found.count(before) == 1
    path.write_text(found.replace(before, text + before), encoding="utf-8")


@pytest.fixture
def package(tmp_path):
    """A copy of the package that has one more key."""
    shutil.copytree(
        Path(optplay.__file__).parent, tmp_path / "optplay",
        ignore=shutil.ignore_patterns("__pycache__"),
    )  # fmt: skip
    insert(
        tmp_path / "optplay/training/config.py", "    problem: Problem | SurfaceProblem = ", FIELD
    )
    insert(tmp_path / "optplay/experiments/keys.py", '    _of_run("l2",', LINE)
    return tmp_path


def test_is_read_set_swept_turned_saved_and_told(package):
    (package / "uses.py").write_text(USES, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(package)}
    done = subprocess.run(
        [sys.executable, "uses.py"], cwd=package, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
