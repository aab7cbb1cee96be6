"""Pipes that close, Ctrl-C, and colours."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

COLOR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-7]|38|9[0-7]|4[0-7]|48)(?:;\d+)*m")


def settled(process, seconds=30):
    """The exit code and stderr of a process that is about to end."""
    _, err = process.communicate(timeout=seconds)
    return process.returncode, err


LONGER = [pytest.param(options, marks=pytest.mark.slow) for options in ([], ["--plot"])]


@pytest.mark.parametrize("options", [["--json"], *LONGER])
def test_whoever_read_has_left(small, options):
    process = subprocess.Popen(
        [sys.executable, "-m", "optplay", "run", small, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    process.stdout.close()  # long before anything is printed
    process.stdout = None
    code, err = settled(process)
    assert err == b""
    assert code in (0, 1)


def test_head_of_a_long_document(small):
    process = subprocess.Popen(
        [sys.executable, "-m", "optplay", "run", small, "--json", "--epochs", "500"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert os.read(process.stdout.fileno(), 10) == b'{"preset":'
    process.stdout.close()
    process.stdout = None
    code, err = settled(process)
    assert err == b""
    assert code in (0, 1)


def test_ctrl_c(terminal, small):
    shell = terminal("run", small, "--epochs", "100000", "--set", "*.problem.samples=1000")
    shell.read(until=b"training")
    pressed = time.monotonic()
    shell.process.send_signal(signal.SIGINT)
    shown = shell.read(seconds=20)
    assert shell.process.wait(timeout=20) == 130
    assert time.monotonic() - pressed < 10
    assert b"Traceback" not in shown
    assert b"Error" not in shown


def test_colours_on_a_terminal(terminal, small):
    shown = terminal("run", small, "--plot").read()
    assert COLOR.search(shown)
    assert b"Small" in shown


def test_no_color(terminal, small):
    shell = terminal("run", small, "--plot", NO_COLOR="1")
    shown = shell.read()
    assert shell.process.wait(timeout=20) == 0
    assert b"SGD ends lower" in shown
    assert not COLOR.search(shown)


def test_no_color_quiet(terminal, small):
    shown = terminal("run", small, "--quiet", NO_COLOR="1").read()
    assert b"SGD ends lower" in shown
    assert not COLOR.search(shown)


@pytest.mark.parametrize("command", [["run", "--plot"], ["show"]])
def test_no_color_wins_over_force_color(process, small, command):
    command = [command[0], small, *command[1:]]
    assert b"\x1b" in process(*command, FORCE_COLOR="1").stdout
    done = process(*command, FORCE_COLOR="1", NO_COLOR="1")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout


def test_a_pipe_gets_no_escapes(process, small):
    done = process("run", small, "--plot")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize("option", ["--plot", "--json"])
def test_a_terminal_without_unicode(process, small, option):
    done = process("run", small, option, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
