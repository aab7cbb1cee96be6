"""How the app ends when a signal says so: soon, and with the exit code of that signal."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Thread, Timer
from typing import TYPE_CHECKING

from optplay.cli import FAILED, interrupts
from optplay.cli.interrupts import INTERRUPTED, TERMINATED

if TYPE_CHECKING:
    from optplay.tui.app import Optplay

CODES = {"SIGINT": INTERRUPTED, "SIGTERM": TERMINATED, "SIGHUP": TERMINATED}
# As long the app may take to end: its own way leaves nothing undone.
PATIENCE_SECONDS = 5


@contextmanager
def ended_by_signals(app: "Optplay") -> Iterator[None]:
    """Signals to end the process end the app meanwhile."""

    def handle(code: int, *_: object) -> None:
        if app.return_code == code:
            return
        end_soon(app, code)
        if app._loop is None:
            interrupts.end(code)
        app._loop.call_soon_threadsafe(app.end, code)

    handlers = {}
    # What the command line does about them is too soon for an app.
    with suppress(ValueError):
        waker = signal.set_wakeup_fd(-1)
        heard, told = os.pipe()
        os.set_blocking(told, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        Thread(target=_wake, args=(app, heard), name="signals", daemon=True).start()
        for name, code in CODES.items():
            # Not every system has them.
            if number := getattr(signal, name, None):
                handlers[number] = signal.signal(number, partial(handle, code))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if handlers:
            signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
            os.close(told)


def _wake(app: "Optplay", heard: int) -> None:
    """Python sees to a signal between two of its own instructions; one that comes just as the loop
    begins to wait, also that of a new size, would have to wait with it.
    """
    while os.read(heard, 100):
        # It may be over.
        with suppress(RuntimeError):
            if app._loop:
                app._loop.call_soon_threadsafe(int)
    os.close(heard)


def end_soon(app: "Optplay", code: int) -> None:
    """Ends the process if the app has not ended it in some seconds, whatever it waits for."""

    def end() -> None:
        # Whatever is in the way of these two, it ends.
        try:
            app.keep()
            if give_back := getattr(app._driver, "give_back", None):
                give_back()
        finally:
            os._exit(code or FAILED)

    timer = Timer(PATIENCE_SECONDS, end)
    timer.daemon = True
    timer.start()
