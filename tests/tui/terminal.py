"""The program on a terminal of its own, and what that terminal shows."""

import os
import re
import signal
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pexpect
import pyte

OPTPLAY = str(Path(sys.executable).with_name("optplay"))
KEYS = {
    "space": " ", "enter": "\r", "tab": "\t", "escape": "\x1b", "home": "\x1b[H", "end": "\x1b[F",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "ctrl+c": "\x03",
}  # fmt: skip
# Machines are slow, and shared.
SECONDS = 60
TRAINED = re.compile(r"Plain +\d").search
MEASURED = re.compile("holds|fails|undecided").search
SWITCHED = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
# Alternate screen, mouse (all kinds), reports of focus, of size and of frames, bracketed paste.
OFF_AT_THE_END = (1049, 1000, 1002, 1003, 1006, 1015, 1016, 1004, 2048, 2026, 2004)
CURSOR_SHOWN, LINES_WRAP = 25, 7
UNSET = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "OPTPLAY_DEBUG", "PYTHONIOENCODING")

SMALL = """
title = "Small"
question = "Which is lower?"
lesson = "A *lesson* of its own."
seeds = 2
epochs = 100
charts = ["loss", "accuracy"]

[problem]
samples = 20
hidden = [4]

[[runs]]
label = "Plain"
optimizer = "sgd"
lr = 0.1

[[claims]]
text = "Plain ends low"
source = "nobody"
metric = "final_loss"
left = "Plain"
is = "below"
right = 0.5
"""
# A minute or more of training for one seed, and half an hour for all.
LONG = SMALL.replace("epochs = 100", "epochs = 40000").replace("samples = 20", "samples = 20000")
# Short to train once, long to measure.
MANY = LONG.replace("epochs = 40000", "epochs = 20").replace("seeds = 2", "seeds = 9000")
BROKEN = """
import sys
from optplay.cli import invoke
from optplay.cli.interrupts import leave
from optplay.tui.app import Optplay

def draw(self, _draw=Optplay.draw, **how):
    _draw(self, **how)
    if self.stage.all_seeds:
        raise RuntimeError("a fault of ours")

Optplay.draw = draw
leave(invoke(sys.argv[1:]))
"""
# A thread of its own gets the signal: as if it came just as the app began to wait.
MISSED = """
import os, signal, sys, threading, time
from optplay.cli import main

def tell():
    while not os.path.exists("now"):
        time.sleep(0.01)
    signal.pthread_kill(threading.get_ident(), int(open("now").read()))
    os.remove("now")

threading.Thread(target=tell, daemon=True).start()
main()
"""
# The app has ended, and a screen that nobody has seen yet says what pointer it wants.
LATE = """
from optplay.cli import main
from optplay.tui.app import Optplay

async def shut_down(self, _shut_down=Optplay._shutdown):
    self._set_pointer_shape("text")
    await _shut_down(self)

Optplay._shutdown = shut_down
main()
"""
FILES = {
    "small.toml": SMALL,
    "long.toml": LONG,
    "many.toml": MANY,
    "broken.py": BROKEN,
    "missed.py": MISSED,
    "late.py": LATE,
}


class Terminal:
    """A program on a terminal, which is read only while one waits for something."""

    def __init__(
        self, command: list[str], folder: Path, size: tuple[int, int] = (120, 40), **env: str
    ) -> None:
        kept = {k: v for k, v in os.environ.items() if k not in UNSET}
        kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        # So that `stuck` can tell what its threads are at.
        kept["PYTHONFAULTHANDLER"] = "1"
        kept |= {"XDG_CONFIG_HOME": str(folder / "config")} | env
        self.process = pexpect.spawn(
            command[0], command[1:], cwd=folder, dimensions=(size[1], size[0]),
            env={k: v for k, v in kept.items() if v},
            # Whoever runs the tests may ignore it, as nohup does, and a child would, too.
            preexec_fn=partial(signal.signal, signal.SIGHUP, signal.SIG_DFL),
        )  # fmt: skip
        # Else each key is sent only after a moment.
        self.process.delaybeforesend = None
        self.before = self.attributes()
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = b""

    def attributes(self) -> list[object]:
        """How the terminal treats what is typed: echo, whole lines, signals."""
        return termios.tcgetattr(self.process.child_fd)

    def press(self, *keys: str) -> None:
        """Types keys; a text of several letters that names none is typed letter by letter."""
        for key in keys:
            self.send(KEYS.get(key, key).encode())

    def send(self, data: bytes) -> None:
        """Sends bytes as fast as the program takes them, and reads meanwhile what it answers."""
        deadline, descriptor = time.monotonic() + SECONDS, self.process.child_fd
        os.set_blocking(descriptor, False)
        while data:
            assert time.monotonic() < deadline, self.stuck(f"did not take {len(data)} bytes")
            with suppress(BlockingIOError):
                data = data[os.write(descriptor, data) :]
            if data and not self.read(0.01):
                break
        os.set_blocking(descriptor, True)

    def resize(self, width: int, height: int) -> None:
        """Changes the window's size, of which the program is told by a signal."""
        self.screen.resize(height, width)
        self.process.setwinsize(height, width)

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    def wait(self, *wanted: str | Callable[[str], object]) -> str:
        """Reads until the screen has all the texts, or fulfils the conditions; gives the screen."""
        deadline = time.monotonic() + SECONDS

        def fulfilled(text: str) -> bool:
            return all(w in text if isinstance(w, str) else w(text) for w in wanted)

        while not fulfilled(self.text):
            goes_on = self.read(deadline - time.monotonic())
            assert goes_on, f"ended before it showed {wanted}:\n{self.text}"
            assert time.monotonic() < deadline, self.stuck(f"did not show {wanted}")
        return self.text

    def wait_for_verdicts(self) -> str:
        """Shows the end of all runs, without the time that they are played in; gives the screen."""
        self.wait(TRAINED)
        self.press("end")
        return self.wait("epoch 100/100", MEASURED)

    def read(self, seconds: float) -> bool:
        """Reads what comes first within some seconds; False once the program has ended."""
        try:
            piece = self.process.read_nonblocking(65536, max(seconds, 0.01))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.sent += piece
        self._stream.feed(piece)
        return True

    def read_for(self, seconds: float) -> None:
        """Reads for so long, whatever comes, or until the program ends."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self.read(left):
            pass

    def end(self) -> int:
        """Reads until the program ends; its exit code, or minus the signal that killed it."""
        deadline = time.monotonic() + SECONDS
        while self.read(deadline - time.monotonic()):
            assert time.monotonic() < deadline, self.stuck("did not end")
        self.process.wait()
        return self.process.exitstatus if self.process.signalstatus is None else -(
            self.process.signalstatus
        )  # fmt: skip

    def stuck(self, what: str) -> str:
        """Ends a program that did not do something; what it showed, and where its threads were."""
        shown, begin = self.text, len(self.sent)
        self.process.kill(signal.SIGABRT)
        self.read_for(2)
        return f"{what}:\n{shown}\n{self.sent[begin:].decode(errors='replace')}"

    def assert_restored(self) -> None:
        """The terminal is as it was before the program began."""
        modes = {CURSOR_SHOWN: True, LINES_WRAP: True}
        for numbers, way in SWITCHED.findall(self.sent):
            modes |= dict.fromkeys(map(int, numbers.split(b";")), way == b"h")
        assert {1049, 1000, 2004} <= set(modes), "the app never began"
        left_on = [mode for mode in OFF_AT_THE_END if modes.get(mode)]
        assert not left_on, f"left on: {left_on}; the last was {self.sent[-200:]!r}"
        assert modes[CURSOR_SHOWN]
        assert modes[LINES_WRAP]
        assert self.sent.count(b"\x1b[>") == self.sent.count(b"\x1b[<u"), "keyboard protocol"
        assert self.attributes() == self.before

    @property
    def left_behind(self) -> str:
        """What is to be read in the terminal once the app has gone."""
        after = self.sent.rpartition(b"\x1b[?1049l")[2].decode()
        return re.sub(r"\x1b\[[?<>\d;]*[a-z]", "", after)

    def close(self) -> None:
        """Kills the program if it is still there."""
        self.process.close(force=True)
