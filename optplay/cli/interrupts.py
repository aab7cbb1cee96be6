"""A signal to end is obeyed, whatever the program is at."""

import os
import signal
import sys
from contextlib import suppress
from threading import Thread
from time import sleep
from typing import NoReturn

INTERRUPTED, TERMINATED = 130, 143
CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}
GRACE_SECONDS = 1.0
# A progress bar hides the cursor.
CLEARED = b"\r\x1b[2K\x1b[?25h"


def obey() -> None:
    """From now on Ctrl-C and SIGTERM end this process: by KeyboardInterrupt or SystemExit in the
    main thread, or without it, where it has not ended a second later.

    Python tells its main thread of a signal between two of its own instructions only, and a single
    call of compiled code may take hours.
    """
    # Elsewhere than on POSIX it would have to be a socket.
    with suppress(ValueError):
        heard, told = os.pipe()
        os.set_blocking(told, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        Thread(target=_insist, args=(heard,), name="interrupts", daemon=True).start()
    for number in CODES:
        signal.signal(number, _end)


def _end(number: int, _: object) -> NoReturn:
    # What was being made is half made, and Python would show what goes wrong as it clears it away.
    sys.unraisablehook = lambda _: None
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(TERMINATED)


def _insist(heard: int) -> None:
    while not (told := CODES.keys() & {*os.read(heard, 100)}):
        pass
    sleep(GRACE_SECONDS)
    if sys.stderr.isatty():
        with suppress(OSError):
            os.write(sys.stderr.fileno(), CLEARED)
    os._exit(CODES[told.pop()])


def leave(code: int) -> NoReturn:
    """Ends the process at once: threads may be at work on what nobody waits for any more."""
    with suppress(ValueError):  # Only the main thread may.
        for number in CODES:
            signal.signal(number, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
