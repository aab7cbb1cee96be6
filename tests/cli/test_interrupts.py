"""Ctrl-C, at any moment, and output that nobody takes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import environment

# An interrupt comes as this module is asked for.
WHILE_IMPORTING = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            os.kill(os.getpid(), signal.SIGINT)

import optplay.__main__
wanted = sys.argv.pop(1)
sys.meta_path.insert(0, Interrupt())
optplay.__main__.main()
"""
# Two minutes in one call, without the interpreter, as a long step in compiled code.
LONG_CALL = """
import hashlib, os, signal, sys
import click
from optplay.cli.commands import presets
from threading import Timer

def work():
    Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    hashlib.pbkdf2_hmac("sha512", b"", b"", 10**9)

presets.command = click.Command("presets", callback=work)
sys.argv = ["optplay", "presets"]
from optplay.__main__ import main
main()
"""
# What is half made as the interrupt comes fails as it is cleared away: llvmlite's objects do.
HALF_MADE = LONG_CALL.replace(
    "hashlib.pbkdf2_hmac",
    """
    class Made:
        def __init__(self, *size):
            time.sleep(9)
            self.whole = True

        def __del__(self):
            del self.whole

    Made""",
).replace("import hashlib", "import time")
# What comes is taken for an error, and told as one: Python did so where it made a class.
TAKEN_FOR_AN_ERROR = (
    LONG_CALL.replace("SIGINT", "SIGTERM")
    .replace(
        "hashlib.pbkdf2_hmac",
        """
    def made(*size):
        try:
            time.sleep(9)
        except BaseException as error:
            raise RuntimeError("not made") from error

    made""",
    )
    .replace("import hashlib", "import time")
)
# Each thread of the pool is in such a call, and the main thread waits for them.
BUSY_POOL = LONG_CALL.replace(
    'hashlib.pbkdf2_hmac("sha512", b"", b"", 10**9)',
    """
    from optplay.training.pool import Streams

    def slow():
        yield hashlib.pbkdf2_hmac("sha512", b"", b"", 10**9)

    with Streams((i, slow()) for i in range(2)) as streams:
        THEN
""",
)
SECONDS = 60
# A step takes half a minute or more.
HEAVY = [
    "--epochs", "1", "--set", "*.problem.hidden=[10000]",
    "--set", "*.problem.samples=1000000", "--set", "*.problem.batch_size=1000000",
]  # fmt: skip


def ended(code, *arguments):
    """What a program of its own came to, well before what it is at is done."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, timeout=SECONDS, env=environment(), check=False, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr.strip()


@pytest.mark.parametrize(
    "module",
    ["optplay.cli", "click", "optplay.cli.output", "optplay.experiments", "numpy", "rich.table"],
)
def test_while_it_is_imported(small, module):
    assert ended(WHILE_IMPORTING, module, "run", small) == (130, "", "")


def test_in_a_call_that_takes_long():
    assert ended(LONG_CALL) == (130, "", "")


def test_while_something_is_made():
    assert ended(HALF_MADE) == (130, "", "")


def test_while_it_is_taken_for_an_error():
    assert ended(TAKEN_FOR_AN_ERROR) == (143, "", "")


@pytest.mark.parametrize(("then", "code"), [("list(streams)", 130), ("return 3", 3)])
def test_while_the_pool_is_at_work(then, code):
    program = BUSY_POOL.replace("THEN", then)
    if code != 130:
        program = program.replace("Timer(", "# ")
    assert ended(program) == (code, "", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [["run", *HEAVY], ["inspect", "--run", "SGD", "--step", "1", *HEAVY], ["landscape", *HEAVY]],
    ids=["run", "inspect", "landscape"],
)
def test_in_a_step_that_takes_long(terminal, small, arguments):
    shell = terminal(arguments[0], small, *arguments[1:])
    shell.read(until=b"training")
    time.sleep(5)  # Somewhere in the step, or on the way to it.
    shell.process.send_signal(signal.SIGINT)
    pressed = time.monotonic()
    shown = shell.read(seconds=20)
    assert shell.process.wait(timeout=20) == 130
    assert time.monotonic() - pressed < 10
    assert b"Traceback" not in shown
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")


@pytest.mark.slow
def test_while_it_compiles_for_the_first_time(tmp_path, small):
    process = subprocess.Popen(
        [sys.executable, "-m", "optplay", "run", small],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(NUMBA_CACHE_DIR=str(tmp_path / "cache")),
    )  # fmt: skip
    assert b"compiling" in process.stderr.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    pressed = time.monotonic()
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.strip()) == (130, b"", b"")
    assert time.monotonic() - pressed < 10


@pytest.mark.parametrize(
    "arguments", [["run", "--json"], ["run"], ["show"], ["show", "--toml"]], ids=" ".join
)
def test_standard_output_that_is_full(small, arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "optplay", arguments[0], small, *arguments[1:]],
            stdout=full, stderr=subprocess.PIPE, env=environment(), check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == b"optplay: standard output: No space left on device\n"


@pytest.mark.parametrize(("arguments", "code"), [(["presets"], 0), (["nonsense"], 2)])
def test_standard_error_that_is_full(arguments, code):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "optplay", *arguments],
            stdout=subprocess.PIPE, stderr=full, env=environment(), check=False,
        )  # fmt: skip
    assert done.returncode == code
    assert bool(done.stdout) == (code == 0)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed(small, closed):
    command = f'"{sys.executable}" -m optplay run "{small}" --json {closed}'
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, env=environment(), check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert bool(done.stdout) == (">&-" not in closed.split())
