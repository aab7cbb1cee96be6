"""Whatever happens to the terminal or the process, it ends when it is told to, and tidily."""

import os
import random
import re
import signal
import subprocess
import sys
import time

import pytest

from .terminal import OPTPLAY, SECONDS

SWEPT = re.compile("[1-9][0-9]* of [0-9]+").search
KILLED_BEFORE_IT_BEGAN = -signal.SIGHUP
WAYS = ("hang up", "hang up and continue", "close")
HANG_UPS, HANG_UPS_A_TEST = 50, 10
STOPS = 30


def hang_up(app, way):
    """What the kernel and a terminal's window do as the window closes."""
    if way == "close":
        os.close(app.process.child_fd)
        return
    app.process.kill(signal.SIGHUP)
    if way == "hang up and continue":
        app.process.kill(signal.SIGCONT)


def assert_gone(app, way):
    """The process ended, with the exit code that says why."""
    if way == "close":
        deadline = time.monotonic() + SECONDS
        while not (found := os.waitpid(app.process.pid, os.WNOHANG))[0]:
            assert time.monotonic() < deadline, "still there"
            time.sleep(0.01)
        code = os.waitstatus_to_exitcode(found[1])
        # All is told that pexpect could still ask.
        app.process.ptyproc.terminated = app.process.terminated = True
        app.process.child_fd = -1
        app.process.ptyproc.closed = app.process.closed = True
    else:
        code = app.end()
    if code == KILLED_BEFORE_IT_BEGAN:
        assert b"\x1b[?1049h" not in app.sent
        return
    assert code == 143
    if way != "close":
        app.assert_restored()
        assert app.left_behind.strip() == ""


@pytest.mark.parametrize("way", WAYS)
def test_the_window_closes_while_it_sweeps(start, way):
    app = start("long.toml")
    app.wait("Plain", "training", "Loss (log)")
    app.press("5")
    app.wait("training", lambda text: "Loss (log)" not in text)
    hang_up(app, way)
    assert_gone(app, way)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(HANG_UPS // HANG_UPS_A_TEST))
def test_the_window_closes_at_any_moment(start, seed):
    draw = random.Random(seed)
    for number in range(HANG_UPS_A_TEST):
        preset, way = draw.choice(["small", "long", "many"]), WAYS[(seed + number) % len(WAYS)]
        app = start(f"{preset}.toml")
        if draw.random() < 0.3:
            app.read_for(draw.uniform(0, 1))
        else:
            app.wait("Plain")
            app.press(draw.choice(["5", "1", "6", "m"]))
            app.read_for(draw.uniform(0, 0.5))
        hang_up(app, way)
        assert_gone(app, way)


def stop_and_continue(app, times, draw):
    for _ in range(times):
        app.process.kill(signal.SIGSTOP)
        app.read_for(draw.uniform(0, 0.02))
        app.process.kill(signal.SIGCONT)
        app.read_for(draw.uniform(0, 0.05))


def threads(app):
    """How many threads the process has, where that can be asked."""
    folder = f"/proc/{app.process.pid}/task"
    return len(os.listdir(folder)) if os.path.isdir(folder) else 0


@pytest.mark.parametrize("times", [3, pytest.param(STOPS, marks=pytest.mark.slow)])
def test_stopped_and_continued(start, times):
    app = start("small.toml")
    app.wait_for_verdicts()
    before = threads(app)
    stop_and_continue(app, times, random.Random(times))
    app.press("home")
    app.wait("epoch 0/100")
    app.press(".", ".")
    app.wait("epoch 2/100", "Plain")
    assert threads(app) == before
    # As a shell's Ctrl-Z does it.
    app.process.kill(signal.SIGTSTP)
    app.wait(lambda text: app.sent.endswith(b"\x1b[?1004l"))
    assert app.attributes() == app.before
    begin = len(app.sent)
    app.process.kill(signal.SIGCONT)
    # What the screen showed before is no sign: a key is echoed until the terminal is taken again.
    app.wait(lambda text: b"\x1b[?1004h" in app.sent[begin:])
    app.wait("epoch 2/100", "Plain")
    app.press("q")
    assert app.end() == 0
    app.assert_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGTSTP])
def test_a_signal_just_as_it_begins_to_wait(start, tmp_path, number):
    app = start("small.toml", command=(sys.executable, "missed.py"))
    app.wait_for_verdicts()
    app.read_for(1)
    (tmp_path / "number").write_text(str(int(number)), encoding="utf-8")
    (tmp_path / "number").rename(tmp_path / "now")
    if number == signal.SIGTERM:
        assert app.end() == 143
    else:
        app.wait(lambda text: app.attributes() == app.before)


def test_nothing_is_drawn_once_it_has_ended(start):
    app = start("small.toml", command=(sys.executable, "late.py"))
    app.wait("Plain")
    app.press("q")
    assert app.end() == 0
    app.assert_restored()
    assert app.left_behind.strip() == ""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_nobody_reads(start, number):
    app = start("small.toml", size=(200, 60))
    app.wait_for_verdicts()
    # Each theme is another screen: some soon fill all that the terminal holds.
    for _ in range(100):
        app.press("t", "2", "1")
        time.sleep(0.01)
    app.process.kill(number)
    deadline = time.monotonic() + SECONDS
    while app.process.isalive():
        assert time.monotonic() < deadline, "still there"
        time.sleep(0.1)
    assert app.end() == 143
    app.assert_restored()


PHASES = {
    "as it starts": "True",
    "as it trains": "self.computing.training.running",
    "as it measures": "self.stage.histories and not self.computing.training.running",
}
TELLING = """
import os, sys
from optplay.tui.app import Optplay

def draw(self, _draw=Optplay.draw, **how):
    _draw(self, **how)
    if {when}:
        os.kill(os.getpid(), {number})

Optplay.draw = draw
from optplay.cli import main
main()
"""


@pytest.mark.parametrize(
    ("phase", "number", "code"),
    [
        ("as it starts", signal.SIGTERM, 143),
        ("as it measures", signal.SIGTERM, 143),
        ("as it trains", signal.SIGINT, 130),
        pytest.param("as it trains", signal.SIGTERM, 143, marks=pytest.mark.slow),
        pytest.param("as it measures", signal.SIGINT, 130, marks=pytest.mark.slow),
    ],
)
def test_headless_told_to_end(start, tmp_path, phase, number, code):
    script = TELLING.format(when=PHASES[phase], number=int(number))
    preset = "long.toml" if phase == "as it trains" else "many.toml"
    done = subprocess.run(
        [sys.executable, "-c", script, preset, "--headless"],
        capture_output=True, cwd=tmp_path, check=False, timeout=SECONDS,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


@pytest.mark.slow
@pytest.mark.parametrize("command", [["--headless"], ["--headless", "--press", "5,tab,down,right"]])
def test_headless_told_to_end_at_any_moment(start, tmp_path, command):
    draw = random.Random(len(command))
    for _ in range(10):
        process = subprocess.Popen(
            [OPTPLAY, "many.toml", *command], cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(draw.uniform(0, 3))
        process.terminate()
        out, err = process.communicate(timeout=SECONDS)
        # Before it has read its first lines, the signal does what it does to any process.
        assert process.returncode in (143, -signal.SIGTERM), err
        assert (out, b"Traceback" in err) == (b"", False)
