"""The real program on a real terminal: keys, sizes, ways to end, and what it leaves behind."""

import re
import signal
import subprocess
import sys
from itertools import product

import pytest

from .terminal import MEASURED, OPTPLAY

SGR = re.compile(rb"\x1b\[([\d;]+)m")
RGB = re.compile(rb"[34]8;2;(\d+);(\d+);(\d+)")
PALETTE = re.compile(rb"(?:^|;)(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|[34]8)(?:;|$)")
MEASURING = re.compile("[1-9][0-9,]* of 9,000 seeds").search


def closed(text):
    """Whether no dialog is open."""
    return "esc Close" not in text


def choose(app, query, other):
    """Searches a list, which then doesn't show `other` any more, and takes the first."""
    app.wait("Type to search", "esc Close", other)
    app.press(query)
    app.wait(lambda text: other not in text)
    app.press("enter")
    app.wait(closed)


@pytest.fixture
def settings(tmp_path):
    """Where the settings are kept."""
    return tmp_path / "config" / "optplay" / "settings.toml"


def test_a_sitting(start):
    app = start("small.toml")
    app.wait("Small", "Plain", "▶ epoch")
    app.press("end")
    app.wait("epoch 100/100", "Accuracy", MEASURED)
    app.press("space")
    app.wait("▶ epoch")
    app.press("space")
    app.wait("‖ epoch")
    app.press("home", ".", ".", ".")
    app.wait("‖ epoch 3/100")
    app.press("f")
    app.wait("Plain from 3")
    app.press("tab", "down", "right")
    app.wait("Small   edited", re.compile(r"lr +0\.15").search)
    app.press("o")
    choose(app, "lion", "AdaGrad")
    app.wait(re.compile(r"Optimizer +lion").search)
    app.press("m")
    app.wait("all 2 seeds")
    app.press("p")
    choose(app, "exercise-4", "Exercise 2")
    app.wait("Exercise 4")
    app.press("?")
    app.wait("Opens another preset")
    app.press("escape")
    app.wait(lambda text: "Opens another preset" not in text)
    app.press("q")
    assert app.end() == 0
    app.assert_restored()
    assert app.left_behind.strip() == ""


def test_a_small_window_and_others(start):
    app = start("small.toml", size=(80, 24))
    app.wait("Small", "Plain", "▶ epoch")
    app.press("end")
    app.wait("epoch 100/100", "Which is lower?   l lesson, v verdicts")
    app.press("V")
    app.wait("╭─ Accuracy")
    app.resize(50, 10)
    app.wait("make the window larger", lambda text: "Plain" not in text)
    app.resize(120, 40)
    app.wait("Plain", "Loss (log)", "╭─ Accuracy", "Which is lower?")
    app.resize(80, 24)
    app.wait("Plain", lambda text: "╭─ Which is lower?" not in text)
    app.press("q")
    assert app.end() == 0
    app.assert_restored()


# What is awaited before a preset is doing what it is there for.
DOING = {"small": MEASURED, "long": "training", "many": MEASURING}
CODES = {signal.SIGTERM: 143, signal.SIGHUP: 143, signal.SIGINT: 130, None: 130}
# A start of the program takes seconds: these alone are not among the long tests.
QUICK = {
    ("small", signal.SIGHUP), ("long", signal.SIGTERM), ("long", None), ("many", signal.SIGINT),
}  # fmt: skip
WAYS = [
    pytest.param(*both, marks=() if both in QUICK else pytest.mark.slow)
    for both in product(DOING, CODES)
]


@pytest.mark.parametrize(("preset", "number"), WAYS)
def test_told_to_end(start, preset, number):
    app = start(f"{preset}.toml")
    app.wait("Plain")
    app.press("end")
    app.wait(DOING[preset])
    if number:
        app.process.kill(number)
    else:
        app.press("ctrl+c")
    assert app.end() == CODES[number]
    app.assert_restored()
    assert app.left_behind.strip() == ""


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["long", "many"])
def test_quit_while_it_computes(start, preset):
    app = start(f"{preset}.toml")
    app.wait("Plain")
    app.press("end")
    app.wait(DOING[preset])
    app.press("q")
    assert app.end() == 0
    app.assert_restored()


def test_a_fault_of_ours(start):
    app = start("small.toml", command=(sys.executable, "broken.py"))
    app.wait_for_verdicts()
    app.press("m")
    assert app.end() == 1
    app.assert_restored()
    hint = "(OPTPLAY_DEBUG=1 shows where)"
    assert app.left_behind.strip() == f"optplay: RuntimeError: a fault of ours {hint}"
    assert b"Traceback" not in app.sent


def test_what_is_remembered(start, settings, tmp_path):
    app = start("small.toml")
    app.wait("Plain", "whole run in 12 s")
    app.press("t", "]")
    app.wait("whole run in 6 s")
    app.press("p")
    choose(app, "exercise-1", "Exercise 2")
    app.wait("Exercise 1")
    app.press("q")
    assert app.end() == 0
    assert 'theme = "textual-light"' in settings.read_text()
    app = start()
    app.wait("Exercise 1", "whole run in 6 s")
    app.process.kill(signal.SIGTERM)
    assert app.end() == 143
    assert 'theme = "textual-light"' in settings.read_text()


@pytest.mark.parametrize("number", [None, signal.SIGHUP])
def test_edits_that_were_not_saved_are_offered_again(start, number):
    app = start("small.toml")
    app.wait_for_verdicts()
    app.press("w")
    app.wait("Small   edited")
    if number:
        app.process.kill(number)
    else:
        app.press("q")
    assert app.end() == CODES.get(number, 0) * bool(number)
    app = start("small.toml")
    app.wait("Left unsaved: Small", lambda text: "edited" not in text)
    app.press("p")
    app.wait("as edited until")
    app.press("until")
    app.wait(lambda text: "Exercise" not in text)
    app.press("enter")
    app.wait("Small   edited")
    app.press("q")
    assert app.end() == 0


@pytest.mark.slow
def test_a_file_is_remembered_wherever_one_is(start, tmp_path):
    app = start("small.toml")
    app.wait("Plain")
    app.press("q")
    assert app.end() == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    app = start(command=("/bin/sh", "-c", f"cd elsewhere && exec {OPTPLAY}"))
    app.wait("Small", "Plain")


@pytest.mark.slow
def test_a_remembered_preset_that_is_gone(start, settings):
    settings.parent.mkdir(parents=True)
    settings.write_text('preset = "gone.toml"')
    start().wait("gone.toml", "opened compare instead", "Momentum")


def test_broken_settings(start, settings):
    settings.parent.mkdir(parents=True)
    settings.write_text("speed = fast")
    app = start("small.toml")
    app.wait("kept as", "whole run in 12 s")
    app.press("q")
    assert app.end() == 0
    assert settings.with_name("settings.toml.broken").read_text() == "speed = fast"
    assert 'speed = "whole run in 12 s"' in settings.read_text()


def test_settings_that_cannot_be_kept(start, tmp_path):
    (tmp_path / "config").write_text("a file where a folder is to be")
    app = start("small.toml")
    app.wait_for_verdicts()
    app.press("q")
    assert app.end() == 0
    app.assert_restored()
    lines = app.left_behind.strip().splitlines()
    assert [line[:28] for line in lines] == ["optplay: settings not saved:"]


@pytest.mark.parametrize("pipe", [pytest.param("| cat", marks=pytest.mark.slow), "< /dev/null"])
def test_no_terminal(start, pipe):
    shell = start(command=("/bin/sh", "-c", f"{OPTPLAY} small.toml {pipe}; echo code $?"))
    text = shell.wait("code 0")
    assert "no terminal here" in text
    assert "Plain ends low" in text
    assert b"?1049h" not in shell.sent


def test_no_color(start):
    app = start("small.toml", NO_COLOR="1")
    app.wait_for_verdicts()
    app.press("t", "o")
    app.wait("Type to search", "esc Close")
    app.press("escape")
    app.wait(closed)
    app.press("q")
    assert app.end() == 0
    app.assert_restored()
    # Textual's way: what were colours are greys, as a cursor must be seen without them too.
    styles = set(SGR.findall(app.sent))
    assert {len(set(rgb)) for style in styles for rgb in RGB.findall(style)} == {1}
    assert [style for style in styles if PALETTE.search(RGB.sub(b"", style))] == []


@pytest.mark.parametrize(
    "env",
    [
        {"TERM": "dumb", "LANG": "V", "LC_ALL": "V", "COLUMNS": "0", "LINES": "0"},
        *(
            pytest.param(env, marks=pytest.mark.slow)
            for env in (
                {"TERM": "dumb"}, {"TERM": "xterm-256color", "COLORTERM": ""}, {"TERM": "linux"},
                {"TERM": ""}, {"LANG": "V", "LC_ALL": "C"}, {"COLUMNS": "0", "LINES": "0"},
                {"HOME": "/dev/null", "XDG_CONFIG_HOME": ""}, {"COLUMNS": "many", "LINES": "-3"},
            )
        ),
    ],
    ids=str,
)  # fmt: skip
def test_odd_surroundings(start, tmp_path, env):
    env = {"XDG_CACHE_HOME": str(tmp_path), **env}
    app = start("small.toml", **env)
    app.wait_for_verdicts()
    app.press("q")
    assert app.end() == 0
    app.assert_restored()


def test_a_preset_that_is_not_there_needs_no_screen(tmp_path):
    done = subprocess.run([OPTPLAY, "nowhere.toml"], capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
