"""A signal to end is obeyed, whatever the program is at."""

import os
import signal
import sys
from contextlib import suppress
from functools import partial
from threading import Thread
from time import sleep
from typing import NoReturn

INTERRUPTED, TERMINATED = 130, 143
CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}
GRACE_SECONDS = 1.0
# A progress bar hides the cursor.
CLEARED = b"\r\x1b[2K\x1b[?25h"

# The exit code of the signal that came, once one has.
told: list[int] = []


def obey() -> None:
    """From now on Ctrl-C and SIGTERM end this process: by KeyboardInterrupt or SystemExit in the
    main thread, or without it, where it has not ended a second later.

    Python tells its main thread of a signal between two of its own instructions only, and a single
    call of compiled code may take hours.
    """
    # Elsewhere than on POSIX it would have to be a socket.
    with suppress(ValueError):
        heard, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        Thread(target=_insist, args=(heard,), name="interrupts", daemon=True).start()
    for number, code in CODES.items():
        signal.signal(number, partial(end, code))


def end(code: int, *_: object) -> NoReturn:
    """Ends what the main thread is at, because a signal says so.

    Whatever comes of it then, `told` has the exit code: libraries, and Python before 3.12 where it
    makes a class, raise errors of their own in place of what is raised here.
    """
    told.append(code)
    # What was being made is half made, and Python would show what goes wrong as it clears it away.
    sys.unraisablehook = lambda _: None
    raise KeyboardInterrupt if code == INTERRUPTED else SystemExit(code)


def _insist(heard: int) -> None:
    while not (came := CODES.keys() & {*os.read(heard, 100)}):
        pass
    sleep(GRACE_SECONDS)
    if sys.stderr.isatty():
        with suppress(OSError):
            os.write(sys.stderr.fileno(), CLEARED)
    os._exit(CODES[came.pop()])


def leave(code: int) -> NoReturn:
    """Ends the process at once: threads may be at work on what nobody waits for any more."""
    with suppress(ValueError):  # Only the main thread may.
        for number in CODES:
            signal.signal(number, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(told[0] if told else code)
