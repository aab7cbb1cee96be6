"""The threads on which everything is trained: one for each core, made on first use.

What they advance are streams: generators that work for some milliseconds between two values. A
thread advances one stream by one value, then looks again which one is the most urgent.
"""

import atexit
import os
import sys
from bisect import insort
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from enum import IntEnum
from functools import cache
from threading import Condition, Event, Lock, Thread, current_thread
from typing import Any, Generic, TypeVar

from optplay.wanted import wanted_while

POLL_SECONDS = 0.01
NICE = 10
K = TypeVar("K")
V = TypeVar("V")
Work = tuple[K, Generator[V, None, None]]


class Priority(IntEnum):
    """Whose streams are advanced first, where there are not threads enough for all."""

    SCREEN = 0  # the curves that are looked at
    SEEDS = 1  # what the claims are measured on
    SWEEP = 2


class Streams(Generic[K, V]):
    """Many streams, advanced side by side while their values are taken.

    Iterating gives (key, value, last) as values come. `last` tells that the stream is at its end,
    with its last value once more; of other values only the newest is kept until it is taken. It
    stops early, without a further value, once `cancelled` is set. What a stream raises is raised
    there.

    Leaving the `with` block closes all streams, without waiting for those that a thread is at work
    on: they are closed at their next value. No stream may wait for another, nor for the pool.

    Args:
        works: streams with their keys, all different. Each is taken only when the one before is
            begun, by any thread; with `in_turn` all are taken at once.
        priority: against other Streams of this process.
        width: how many threads may be at work on these at a time; all if left out.
        cancelled: set it from anywhere.
        in_turn: whether all streams grow alike, or each to its end before the next one begins.
    """

    def __init__(
        self,
        works: Iterable[Work[K, V]],
        *,
        priority: Priority = Priority.SEEDS,
        width: int | None = None,
        cancelled: Event | None = None,
        in_turn: bool = False,
    ) -> None:
        self.priority, self._width = priority, width
        self._cancelled = cancelled or Event()
        self._works = iter(works)
        self._waiting: deque[Work[K, V]] = deque(self._works if in_turn else ())
        self._put_back = self._waiting.append if in_turn else self._waiting.appendleft
        self._running, self._exhausted, self._left = 0, False, False
        # The newest values of the streams begun, and which of them are to be taken.
        self._newest: dict[K, V] = {}
        self._fresh: dict[K, bool] = {}
        self._failure: BaseException | None = None
        self._pool = _pool()
        self._changed = Condition(self._pool.lock)

    def __enter__(self) -> "Streams[K, V]":
        with self._changed:
            insort(self._pool.streams, self, key=lambda streams: streams.priority)
            self._pool.free.notify_all()
        return self

    def __exit__(self, *raised: object) -> None:
        with self._changed:
            self._pool.streams.remove(self)
            self._left, waiting = True, [*self._waiting]
            self._waiting.clear()
        for _, stream in waiting:
            stream.close()

    def add(self, key: K, stream: Generator[V, None, None]) -> None:
        """One more stream, before those that are not begun; while values are being taken."""
        with self._changed:
            self._waiting.append((key, stream))
            self._pool.free.notify()

    def __iter__(self) -> Iterator[tuple[K, V, bool]]:
        while not self._cancelled.is_set():
            with self._changed:
                if not self._fresh:
                    # Here too: no thread may ever be free for what is not urgent.
                    self._look_ahead()
                if self._failure:
                    raise self._failure
                if not self._fresh:
                    if not self._running and not self._waiting:
                        return
                    self._changed.wait(POLL_SECONDS)
                    continue
                key = next(iter(self._fresh))
                last = self._fresh.pop(key)
                value = self._newest.pop(key) if last else self._newest[key]
            yield key, value, last

    def take(self) -> Work[K, V] | None:
        """For the pool, which holds the lock: the next stream to advance, if there is one."""
        if self._running == self._width:
            return None
        self._look_ahead()
        if not self._waiting:
            return None
        self._running += 1
        return self._waiting.popleft()

    def _look_ahead(self) -> None:
        """Has a stream waiting, if there is one left."""
        if self._waiting or self._exhausted:
            return
        try:
            self._waiting.append(next(self._works))
        except StopIteration:
            self._exhausted = True
        except BaseException as error:
            self._exhausted, self._failure = True, error

    def advance(self, key: K, stream: Generator[V, None, None]) -> None:
        """For the pool: gets one value; then the stream is behind the others, or first again."""
        found, failure = list[V](), None
        try:
            with wanted_while(lambda: not (self._left or self._cancelled.is_set())):
                found = [next(stream)]
        except StopIteration:
            pass
        except BaseException as error:
            failure = error
        with self._changed:
            self._running -= 1
            self._failure = self._failure or failure
            if found and not self._left:
                self._newest[key] = found[0]
                self._put_back((key, stream))
            if key in self._newest:
                self._fresh[key] = not found
            self._changed.notify()
            left = self._left
        if left:
            stream.close()


class _Pool:
    """The threads, and what they are to work on, the most urgent first."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.free = Condition(self.lock)
        self.streams: list[Streams[Any, Any]] = []
        self._closed = False
        self.threads = [
            Thread(target=self._work, name=f"pool-{number}", daemon=True)
            for number in range(os.cpu_count() or 1)
        ]
        for thread in self.threads:
            thread.start()
        # A thread must not come back from compiled code into an interpreter that is gone.
        atexit.register(self._close)

    def _work(self) -> None:
        while self._advance_one():
            pass

    def _advance_one(self) -> bool:
        """Advances the most urgent stream, once there is one; False if there will be none."""
        with self.lock:
            while not (found := self._next()):
                if self._closed:
                    return False
                self.free.wait()
        streams, work = found
        streams.advance(*work)
        return not self._closed

    def _next(self) -> tuple[Streams[Any, Any], Work[Any, Any]] | None:
        for streams in self.streams:
            if work := streams.take():
                return streams, work
        return None

    def _close(self) -> None:
        with self.lock:
            self._closed = True
            self.free.notify_all()
        for thread in self.threads:
            thread.join()


_making = Lock()


def _pool() -> _Pool:
    with _making:
        return _pool_of(os.getpid())


@cache
def _pool_of(process: int) -> _Pool:
    # A process that is forked from this one has its memory, but not its threads.
    return _Pool()


def all_but_one() -> int:
    """The width that leaves a core to the screen: frames cost twice as much where all are busy."""
    return max(1, (os.cpu_count() or 1) - 1)


def step_back() -> None:
    """Leaves the processor to the screen: this thread and those of the pool come second."""
    # Elsewhere priorities are those of whole processes.
    if sys.platform == "linux":
        for thread in (current_thread(), *_pool().threads):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, thread.native_id or 0, NICE)
