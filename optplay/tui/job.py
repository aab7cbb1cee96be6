"""Something computed in the background: a thread, what it found so far, and how it is stopped."""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from time import monotonic
from typing import Any, Generic, TypeVar

from textual.app import App
from textual.message import Message

T = TypeVar("T")
# Results that come faster are not told.
TOLD_SECONDS = 0.05


@dataclass
class Told(Message):
    """What a job's thread tells: a result, the last one if `complete`, or an error.

    The newest replaces those still waiting; it carries all there is so far.
    """

    job: "Job[Any]"
    cancelled: Event
    result: Any = None
    complete: bool = False
    error: Exception | None = None

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Told) and message.job is self.job


class Job(Generic[T]):
    """One thing at a time, computed in a thread: to begin anew cancels what is under way.

    Args:
        app: whose loop takes the results.
        name: what a person calls it, where it fails.
        take: called in the interface's thread with each result, and whether it is the last.
        fail: called there with this job, and the error that put an end to it.
        at_once: whether the first result is told by itself, however soon it comes: the next one may
            take long.
    """

    def __init__(
        self,
        app: App[Any],
        name: str,
        take: Callable[[T, bool], None],
        fail: Callable[["Job[Any]", Exception], None],
        *,
        at_once: bool = False,
    ) -> None:
        self.name, self._at_once = name, at_once
        self._app, self._take, self._fail = app, take, fail
        self._stop = Event()
        self.key: object = None
        self.running = False
        self.thread: Thread | None = None

    def begin(self, key: object, make: Callable[[Event], Iterator[T]]) -> None:
        """Computes something else from now on.

        Args:
            key: equal as long as it is the same that is computed.
            make: called in the thread, with an Event that is set once nobody waits any more.
        """
        self.cancel()
        self.key, self.running, self._stop = key, True, Event()
        # No worker of Textual's: to quit would wait for what this thread is at.
        run = partial(copy_context().run, self._work, make, self._stop)
        self.thread = Thread(target=run, name=self.name, daemon=True)
        self.thread.start()

    def cancel(self) -> None:
        """Stops what is under way; nothing is told of it any more."""
        self._stop.set()
        self.key, self.running = None, False

    def _work(self, make: Callable[[Event], Iterator[T]], stop: Event) -> None:
        due = every(TOLD_SECONDS)
        if not self._at_once:
            # What is done in less is told once: to draw a part of it first only makes it late.
            due()
        results: Iterator[T] = iter(())
        result: T | None = None
        try:
            results = make(stop)
            for result in results:
                if stop.is_set():
                    return
                if due():
                    self._tell(Told(self, stop, result))
            self._tell(Told(self, stop, result, True))
        except Exception as error:
            self._tell(Told(self, stop, error=error))
        finally:
            if isinstance(results, Generator):
                # Here, and not whenever its memory is needed.
                results.close()

    def _tell(self, message: Told) -> None:
        # The app may have ended meanwhile, and its loop with it.
        with suppress(RuntimeError):
            self._app.post_message(message)

    def told(self, message: Told) -> None:
        """Takes what the thread tells, unless nobody waits for it any more."""
        if message.cancelled.is_set():
            return
        if message.error or message.complete:
            self.running = False
        if message.error:
            self._fail(self, message.error)
        else:
            self._take(message.result, message.complete)


def every(seconds: float, clock: Callable[[], float] = monotonic) -> Callable[[], bool]:
    """A question that is answered with yes at most once in so many seconds."""
    last = [-seconds]

    def due() -> bool:
        now = clock()
        if now - last[0] < seconds:
            return False
        last[0] = now
        return True

    return due
