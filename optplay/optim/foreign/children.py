"""The child processes in which optimizers of PyTorch's kind live.

Importing torch takes seconds and hundreds of megabytes: there is at most one child for each core,
started when all others are at work, and each holds as many optimizers as it has to.
"""

import atexit
import os
import subprocess
import sys
from functools import cache
from itertools import count
from signal import Signals
from tempfile import TemporaryFile
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any

from optplay.arrays import Floats
from optplay.errors import InputError
from optplay.optim.foreign import wire
from optplay.wanted import Asked, whether_wanted

# What a child may take for a step, and for all that imports something.
STEP_SECONDS, IMPORT_SECONDS = 30.0, 120.0
WATCH_SECONDS = 0.1
# How many are kept that hold nothing.
IDLE = 2


class RefusedError(Exception):
    """What a child refused. `told` says why."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told)
        self.told = told


class Child:
    """A process that holds optimizers. Whoever asks it something holds its `lock`.

    Whatever it is asked, it raises InputError where it ends, takes too long, or nobody waits for
    the answer any more; and RefusedError where it refuses.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        # A collector of garbage appends to it, on any thread.
        self._dropped = list[int]()
        self._holds = 0
        # What is written past Python, as by what ends a process; and how much of it was before.
        self._said = TemporaryFile()  # noqa: SIM115 - as long as the process
        self._heard = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "optplay.optim.foreign.server", str(os.getpid())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
            # What is found here is found there.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # What is typed to stop optplay, or to put it aside, is not meant for it.
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin
        assert self._process.stdout
        self._asked, self._answers = self._process.stdin, self._process.stdout
        #: While it is at work: until when it may be, and whether anybody waits for it.
        self.until: float | None = None
        self.wanted: Asked = whether_wanted()
        self._why = ""

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def load(self) -> int:
        """How many optimizers it holds that are needed."""
        return self._holds - len(self._dropped)

    def ask(self, what: int, which: int = 0, **table: Any) -> dict[str, Any]:
        """Asks it for something that may import a package."""
        _, told = self._exchange(IMPORT_SECONDS, wire.packed(what, which, table=table))
        self._holds += what == wire.OPEN
        return told

    def step(self, what: int, which: int, lr: float, numbers: bytes, room: Floats) -> bool:
        """Has a step made, and writes weights and state into `room`; whether the state is told."""
        asked = wire.packed(what, which, lr, numbers=len(numbers) // room.itemsize) + numbers
        how, _ = self._exchange(STEP_SECONDS, asked, room)
        return how == wire.TOLD

    def drop(self, which: int) -> None:
        """Lets it forget an optimizer, when it is next asked for something."""
        self._dropped.append(which)

    def end(self, why: str = "") -> None:
        """Ends it, whatever it is at."""
        self._why = self._why or why
        self._process.kill()
        self._process.wait()

    def _exchange(
        self, seconds: float, asked: bytes, room: Floats | None = None
    ) -> tuple[int, dict[str, Any]]:
        """How it went, and what was told."""
        self.wanted, self.until = whether_wanted(), monotonic() + seconds
        self._heard = os.fstat(self._said.fileno()).st_size
        _children().watch()
        while self._dropped:
            asked = wire.packed(wire.DROP, self._dropped.pop()) + asked
            self._holds -= 1
        try:
            self._asked.write(asked)
            self._asked.flush()
            if not (head := wire.read_head(self._answers)):
                raise self._ended()
            told = wire.read_table(self._answers, head)
            if head.numbers and not (room is not None and wire.read_into(self._answers, room)):
                raise self._ended()
        except OSError:
            raise self._ended() from None
        except BaseException:
            # Else the answer to this would be taken for that to what is asked next.
            self.end()
            raise
        finally:
            self.until = None
        if head.what == wire.REFUSED:
            raise RefusedError(told)
        return head.what, told

    def _ended(self) -> InputError:
        """Why there is no answer."""
        self._process.kill()
        code = self._process.wait()
        if self._why:
            return InputError(self._why)
        self._said.seek(self._heard)
        said = self._said.read().decode(errors="replace").strip().splitlines()
        how = f" by {Signals(-code).name}" if code < 0 else f" with code {code}"
        return InputError(f"its process ended{how}{': ' + said[-1] if said else ''}")


class Children:
    """All of them, and the thread that looks after them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._all = list[Child]()
        self._at_work = Event()
        Thread(target=self._look_after, name="children", daemon=True).start()
        atexit.register(self.end)

    def take(self, own: Child | None = None, only: bool = False) -> Child:
        """A child that is at no work, with its lock; another than `own` only if that is at work.

        Args:
            only: whether to wait for `own` instead.
        """
        if own and own.alive and own.lock.acquire(blocking=only):
            return own
        with self._lock:
            self._all = [child for child in self._all if child.alive]
            for child in sorted(self._all, key=lambda child: child.load):
                if child.lock.acquire(blocking=False):
                    return child
            if len(self._all) < (os.cpu_count() or 1):
                child = Child()
                child.lock.acquire()
                self._all.append(child)
                return child
            child = own if own in self._all else self._all[0]
        child.lock.acquire()
        return child

    def watch(self) -> None:
        """To be called once a child is at work."""
        if not self._at_work.is_set():
            self._at_work.set()

    def _look_after(self) -> None:
        """Ends those that hang, those that nobody waits for, and those that are too many."""
        while self._at_work.wait():
            sleep(WATCH_SECONDS)
            # Before it is looked: what comes to work meanwhile sets it again.
            self._at_work.clear()
            for child in [*self._all]:
                if (until := child.until) is None:
                    continue
                self._at_work.set()
                if monotonic() > until:
                    child.end("it took too long")
                elif not child.wanted():
                    child.end("it was stopped")
            if not self._at_work.is_set():
                self._thin()

    def _thin(self) -> None:
        with self._lock:
            idle = [child for child in self._all if child.load <= 0]
            for child in idle[IDLE:]:
                if child.lock.acquire(blocking=False):
                    child.end()
                    self._all.remove(child)

    def end(self) -> None:
        """Ends all of them."""
        for child in self._all:
            child.end()


_making = Lock()
#: Numbers of optimizers, which no two have.
numbers = count(1)


def _children() -> Children:
    with _making:
        return _children_of(os.getpid())


@cache
def _children_of(process: int) -> Children:
    # A process that is forked from this one has its memory, but not its threads.
    return Children()


def take(own: Child | None = None, only: bool = False) -> Child:
    """See `Children.take`."""
    return _children().take(own, only)


def prepare() -> None:
    """Starts a child, if there is none: what imports takes seconds, in which nobody has to wait."""
    take().lock.release()


def ask(what: int, **table: Any) -> dict[str, Any]:
    """Asks any child for something, see `Child.ask`."""
    child = take()
    try:
        return child.ask(what, **table)
    finally:
        child.lock.release()
