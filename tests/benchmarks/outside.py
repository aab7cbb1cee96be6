"""The program on a terminal, watched from outside: what was sent when, and what came of it when."""

import os
import pty
import re
import select
import signal
import struct
import sys
import termios
from bisect import bisect_left
from collections.abc import Callable
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from time import perf_counter

import pyte

START = "import sys; from optplay.cli import main; sys.exit(main())"
SIZE = (120, 40)
UNSET = (
    "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TEXTUAL_THEME", "PYTHONDONTWRITEBYTECODE",
)  # fmt: skip
KEYS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "tab": "\t"}
PLAIN_ROUNDS = 12_000  # a millisecond or so


def plain_work() -> float:
    """The milliseconds that a loop in plain Python takes now: how busy the machine is."""
    began, total = perf_counter(), 0
    for number in range(PLAIN_ROUNDS):
        total += number * number & 255
    return 1000 * (perf_counter() - began)


def before_others() -> None:
    """Puts this session before all others of the machine, where that is allowed."""
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text("-20")


class Outside:
    """A program on a terminal of its own. All that it writes is kept, with the time of each piece.

    Args:
        tree: the folder whose `optplay` it runs. home: an empty folder for its settings.
    """

    def __init__(self, tree: Path, home: Path, *arguments: str) -> None:
        self.said = bytearray()
        #: Where each piece ends in `said`, and when it was read.
        self.ends: list[int] = []
        self.times: list[float] = []
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(tree)}
        kept |= {f"XDG_{kind}_HOME": str(home) for kind in ("CONFIG", "DATA", "STATE")}
        kept["LANG"] = "C.UTF-8"
        command = [sys.executable, "-c", START, *arguments]
        self.began = perf_counter()
        self.pid, self._file = pty.fork()
        if not self.pid:
            before_others()
            os.chdir(home)
            os.execve(command[0], command, kept)
        width, height = SIZE
        ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def __enter__(self) -> "Outside":
        return self

    def __exit__(self, *raised: object) -> None:
        with suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self._file)
        os.waitpid(self.pid, 0)

    def press(self, key: str) -> float:
        """Types a key; the time at which that was done."""
        at = perf_counter()
        os.write(self._file, KEYS.get(key, key).encode())
        return at

    def click(self, text: str) -> None:
        """Clicks the second letter of a text on the screen."""
        lines = self.screen_text().split("\n")
        row = next(row for row, line in enumerate(lines, 1) if text in line)
        place = f"0;{lines[row - 1].index(text) + 2};{row}"
        self.press(f"\x1b[<{place}M\x1b[<{place}m")

    def read(self, seconds: float) -> None:
        """Keeps what comes within so many seconds."""
        end = perf_counter() + seconds
        while (left := end - perf_counter()) > 0:
            if select.select([self._file], [], [], left)[0]:
                self.said += os.read(self._file, 1 << 16)
                self.times.append(perf_counter())
                self.ends.append(len(self.said))

    def until(self, true: Callable[[], object], seconds: float = 120) -> None:
        """Reads until something is so."""
        end = perf_counter() + seconds
        while not true():
            self.read(0.02)
            assert perf_counter() < end, self.screen_text()

    def until_quiet(self, seconds: float = 1.5) -> None:
        """Reads until nothing has come for so many seconds."""
        began = perf_counter()
        self.until(lambda: perf_counter() - max([began, *self.times[-1:]]) > seconds)

    def when(self, offset: int) -> float:
        """When the byte at an offset was read."""
        return self.times[bisect_left(self.ends, offset + 1)]

    def first(self, pattern: bytes, since: int = 0) -> float:
        """When something first came."""
        found: list[re.Match[bytes]] = []
        self.until(lambda: found.extend(re.compile(pattern).finditer(self.said, since)) or found)
        return self.when(found[0].end() - 1)

    def screen_text(self) -> str:
        screen = pyte.Screen(*SIZE)
        pyte.ByteStream(screen).feed(bytes(self.said))
        return "\n".join(screen.display)
