"""A small preset file, and ways to run the command line."""

import os
import pty
import select
import subprocess
import sys
import time

import pytest

SMALL = """
title = "Small"
question = "Which is lower?"
lesson = "A *lesson* of its own."
seeds = 2
epochs = 3
charts = ["loss", "test_loss"]

[problem]
samples = 20
hidden = [4]

[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.1

[[runs]]
label = "Adam 0.5"
lr = 0.01

[[claims]]
text = "SGD ends lower"
source = "nobody"
metric = "final_loss"
left = "SGD"
is = "below"
right = "Adam 0.5"
"""


@pytest.fixture(autouse=True, scope="session")
def _compiled(compiled):
    """No command here says that it compiles."""


@pytest.fixture
def small(tmp_path):
    """The path of a small preset file."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


def environment(**changes):
    """The environment without what would colour or size the output, and with `changes`."""
    unset = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "OPTPLAY_DEBUG", "PYTHONIOENCODING")
    kept = {k: v for k, v in os.environ.items() if k not in unset}
    return kept | {"TERM": "xterm-256color"} | changes


@pytest.fixture
def process():
    """Runs a command line in a process of its own."""

    def run(*arguments, **env):
        return subprocess.run(
            [sys.executable, "-m", "optplay", *arguments],
            capture_output=True, timeout=60, env=environment(**env), check=False,
        )  # fmt: skip

    return run


class Terminal:
    """A process on a terminal of its own; `read` gathers what it shows."""

    def __init__(self, arguments, env):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "optplay", *arguments],
            stdin=slave, stdout=slave, stderr=slave, env=environment(**env),
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.shown = b""

    def read(self, until=None, seconds=60):
        """Reads until the process ends, or these bytes are shown."""
        deadline = time.monotonic() + seconds
        while until is None or until not in self.shown:
            left = deadline - time.monotonic()
            assert left > 0, self.shown
            if select.select([self.master], [], [], left)[0]:
                try:
                    piece = os.read(self.master, 65536)
                except OSError:  # all have closed the other end
                    piece = b""
                if not piece:
                    break
                self.shown += piece
        return self.shown

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=30)
        os.close(self.master)


@pytest.fixture
def terminal():
    """Starts a command line on a terminal."""
    opened = []

    def start(*arguments, **env):
        opened.append(Terminal(arguments, env))
        return opened[-1]

    yield start
    for one in opened:
        one.close()
