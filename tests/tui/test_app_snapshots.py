"""What the app looks like. Look at a picture before you accept it with --snapshot-update.

All is trained at once, at rates so small that no machine's libm changes a digit that is shown, and
nothing moves by itself.
"""

from pathlib import Path
from threading import Event
from typing import Generic
from unittest.mock import patch

import pytest
from textual.widgets import Input

from optplay.experiments import load
from optplay.experiments.shelf import Listed
from optplay.tui import app, computing, files
from optplay.tui.app import Optplay
from optplay.tui.job import Job, T
from optplay.tui.run import _settle
from optplay.tui.widgets.knob_row import KnobRow

LEARN = """
title = "Rates and schedules"
question = "Does a schedule end lower?"
lesson = '''
The learning rate of step k is `lr·factor(k)`. It rises, then falls as a **cosine**.

**What to watch.** The learning rate chart.

| run | final loss |
|---|---|
| SGD | 0.2 |
| Adam | 0.4 |

- Half the rate: lr 0.001
'''
seeds = 6
epochs = 40
charts = ["loss", "accuracy", "learning_rate"]

[problem]
samples = 100

[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.01

[[runs]]
label = "Momentum"
optimizer = "momentum"
lr = 0.002

[[runs]]
label = "Adam + warmup"
optimizer = "adam"
lr = 0.002
warmup = 0.2
decay = "cosine"
clip = { norm = 1.0 }

[[claims]]
text = "Warmup and decay end higher than SGD"
source = "optplay"
metric = "final_loss"
left = "Adam + warmup"
is = "above"
right = "SGD"

[[claims]]
text = "SGD ends at a perfect accuracy"
metric = "final_accuracy"
left = "SGD"
is = "above"
right = 0.999
"""
DIVERGING = """

[[runs]]
label = "Far too hot"
optimizer = "sgd"
lr = 1000.0
problem = { loss = "mse" }
"""


def looks(*names):
    """Sizes and themes, from names as 120x40-dark."""
    sizes = [
        ([int(n) for n in name.split("-")[0].split("x")], name.split("-")[1]) for name in names
    ]
    return pytest.mark.parametrize(
        ("size", "theme"), [(tuple(size), theme) for size, theme in sizes], ids=names
    )


class AtOnce(Job[T], Generic[T]):
    """A job that is done before its app goes on."""

    def begin(self, key, make):
        self.cancel()
        self.key, self.running, self._stop = key, True, Event()
        self._work(make, self._stop)


class Recorded(Optplay):
    """Computes all before it goes on, and its clock stands still."""

    CSS_PATH = Path(app.__file__).with_name("app.tcss")

    def __init__(self, *args, **options):
        with patch.object(computing, "Job", AtOnce):
            super().__init__(*args, **options, clock=lambda: 0.0)


@pytest.fixture
def learn(tmp_path):
    path = tmp_path / "learn.toml"
    path.write_text(LEARN, encoding="utf-8")
    return load(str(path))


@pytest.fixture
def shot(snap_compare, learn):
    """Compares the screen after some keys with the picture kept of it."""

    def compare(size, theme, keys=(), prepare=None, preset=learn):
        shown = Recorded(preset, "learn", theme=f"textual-{theme}")
        shown.animation_level = "none"

        async def before(pilot):
            await _settle(shown, pilot)
            await pilot.press(*keys)
            await _settle(shown, pilot)
            if prepare:
                await prepare(shown.workspace, pilot)
            for field in shown.screen.query(Input):
                field.cursor_blink = False
            shown.clear_notifications()
            await _settle(shown, pilot)

        return snap_compare(shown, terminal_size=size, run_before=before)

    return compare


@looks("120x40-dark", "120x40-light", "80x24-dark", "200x60-light", "60x20-dark", "59x19-light")
def test_opened(shot, size, theme):
    assert shot(size, theme)


@looks("120x40-dark", "80x24-light")
def test_playing(shot, size, theme):
    assert shot(size, theme, ["home", *["right"] * 20, "space"])


@looks("120x40-light", "200x60-dark")
def test_all_seeds(shot, size, theme):
    assert shot(size, theme, ["m", *["left"] * 10])


def test_fork(shot):
    assert shot((120, 40), "dark", ["j", *["left"] * 20, "f", "o", *"adagrad", "enter"])


def test_zoomed_chart(shot):
    assert shot((120, 40), "light", ["z", "left"])


@looks("120x40-dark", "80x24-light")
def test_knob_typed_wrongly(shot, size, theme):
    async def type_it(board, pilot):
        next(row for row in board.query(KnobRow) if row.key.name == "lr").focus()
        await pilot.press("enter", *"-0.5")

    assert shot(size, theme, prepare=type_it)


def test_knobs_of_a_run_with_switches(shot):
    assert shot((80, 24), "dark", ["j", "j", *["tab"] * 8, "x"])


@looks("120x40-light", "80x24-dark")
def test_lesson(shot, size, theme):
    async def zoom(board, pilot):
        board.lesson.focus()
        await pilot.press("z")

    if size == (80, 24):
        assert shot(size, theme, ["l"])
    else:
        assert shot(size, theme, prepare=zoom)


@looks("120x40-dark", "80x24-light")
def test_diverged(shot, tmp_path, size, theme):
    path = tmp_path / "learn.toml"
    path.write_text(LEARN + DIVERGING, encoding="utf-8")
    assert shot(size, theme, preset=load(str(path)))


@looks("120x40-dark", "80x24-light")
def test_help(shot, size, theme):
    assert shot(size, theme, ["question_mark"])


@looks("120x40-light", "80x24-dark")
def test_preset_picker(shot, learn, monkeypatch, size, theme):
    # Not the real ones: a new preset is to need no other edit.
    names = ["learn", "clipping", "rates"]
    groups = ["exercises", "exercises", "facts"]
    entries = [
        Listed(name, group, learn.title, learn.question)
        for name, group in zip(names, groups, strict=True)
    ]
    entries.append(Listed("broken", "mine", "broken", "", "broken.toml: title is missing: a text"))
    monkeypatch.setattr(files, "listed", lambda: entries)
    assert shot(size, theme, ["p"])


def test_without_colours(shot, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert shot((120, 40), "dark", [*["left"] * 10])
