"""The terminal as Textual drives it, with guards for what Textual 8.2.8 does not survive.

What each method says that Textual does without it was seen with that version, the newest there is;
where a later one needs a guard no more, its method can go.
"""

import os
import select
import signal
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event
from time import sleep
from typing import TYPE_CHECKING, Any, TextIO

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import InBandWindowResize

from optplay.tui.command import LARGEST
from optplay.tui.ending import end_soon

if TYPE_CHECKING:
    from optplay.tui.app import Optplay

READ_BYTES, TICK_SECONDS = 4096, 0.1
# To say the last word to a terminal that is full.
TRIES = 25
# A paste that is not ended would swallow all that is typed after it, Ctrl-C too.
TICKS_TO_END_A_PASTE = 10
MOST_PASTED = 1000
# What waits to be obeyed: more keys than these nobody types, and of moves the last one counts.
MOST_KEYS, MOST_MOVES = 128, 16
# CAN ends a sequence that was cut; then all that the app may have switched on.
GIVEN_BACK = (
    b"\x18\x1b[m\x1b[?2026l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?2004l\x1b[?1004l"
    b"\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h"
)


class GuardedDriver(LinuxDriver):
    """A terminal that may close, stop, send anything, and read nothing."""

    _app: "Optplay"

    def __init__(self, app: "Optplay", **options: Any) -> None:
        super().__init__(app, **options)
        # Textual would ask its console, whose answer has no bounds.
        self._size = self._get_terminal_size()
        self._file: Any = _Output(self._file, self._gone)
        self._parser = XTermParser(self._debug)
        # Each counted by one thread alone: what was read, and what the app was given of it.
        self._sent = self._given = 0
        # Whether the terminal is the app's no more.
        self._left = False

    def _get_terminal_size(self) -> tuple[int, int]:
        """A window said to have 9999 × 9999 cells keeps Textual drawing for minutes."""
        width, height = super()._get_terminal_size()
        return min(width, LARGEST[0]), min(height, LARGEST[1])

    # The end of the terminal.

    def _gone(self) -> None:
        """Nobody types or reads any more: the app is told, and all else is read from nowhere.

        Textual's writer dies of it, and the app waits for it for ever; its reader asks again and
        again.
        """
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(null, descriptor)
        os.kill(os.getpid(), signal.SIGHUP)

    def start_application_mode(self) -> None:
        self._left = False
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual has no type here

    def stop_application_mode(self) -> None:
        """The app ends, or it is stopped; in the first case nothing may hold it up."""
        if self._app.return_code is not None:
            end_soon(self._app, self._app.return_code)
        super().stop_application_mode()
        self._left = True

    def write(self, data: str) -> None:
        """Textual waits for a writer that was not started, as it is not in the background.

        And what it has still to draw it writes where the shell is again, as a pointer's shape.
        """
        if not self._left and self._writer_thread and self._writer_thread.is_alive():
            super().write(data)

    def give_back(self) -> None:
        """Leaves the terminal as it was found, where the app itself doesn't any more."""
        output = self._file.fileno()
        # What the writer still has would fill all room that is made here.
        self._file.over = True
        with suppress(OSError, termios.error):
            if self.attrs_before:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            # Without it the writer, if it waits for a reader, would go on before us.
            os.set_blocking(output, False)
            if self._writer_thread and self._writer_thread.ident:
                # A write that waits keeps all others out, until a signal, whichever, ends it.
                signal.pthread_kill(self._writer_thread.ident, signal.SIGCONT)
            for _ in range(TRIES):
                # All of it or nothing: half a sequence is worse than none.
                with suppress(BlockingIOError):
                    if os.write(output, GIVEN_BACK) == len(GIVEN_BACK):
                        break
                termios.tcflush(output, termios.TCOFLUSH)
                sleep(0.02)
        with suppress(OSError):
            os.set_blocking(output, True)

    # Stopped, and continued.

    def _sigtstp_application(self, *_: object) -> None:
        """Textual does all of it in the handler, where it can wait for a lock of its own thread."""
        self._in_loop(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        self._in_loop(self._go_on)

    def _in_loop(self, call: Callable[[], None]) -> None:
        # The loop may be over: the handlers outlive it.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call)

    def _stop(self) -> None:
        if self._auto_restart and self._app.return_code is None:
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        """SIGCONT also comes without SIGTSTP: by kill -STOP, or as a window closes.

        Textual then starts a second reader and a second writer, and forgets the first.
        """
        if not self._auto_restart or self._app.return_code is not None:
            return
        if self._key_thread and self._key_thread.is_alive():
            self.suspend_application_mode()
        self.resume_application_mode()
        self._app.refresh(layout=True)

    # What is typed.

    def _run_input_thread(self) -> None:
        """Textual ends with exit code 0 after a fault in this thread."""
        try:
            self.run_input_thread()
        except Exception as error:
            self._app.call_later(_fail, error)

    def run_input_thread(self) -> None:
        """Textual's ends at a byte that is not UTF-8, and at an error of its parser."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        quiet, flood, marks = 0, False, _PasteMarks()
        while not self.exit_event.is_set():
            text = ""
            if select.select([self.fileno], [], [], TICK_SECONDS)[0]:
                quiet = 0
                if not (data := self._read()):
                    return self._gone()
                text = decode(data)
            else:
                quiet, flood = quiet + 1, False
                if quiet == TICKS_TO_END_A_PASTE:
                    text = BRACKETED_PASTE_END
            between = marks.between(text)
            flood = not between and (flood or len(text) > MOST_KEYS) and _is_plain(text)
            # A terminal that does not mark what is pasted: nobody types so much at once.
            for message in [events.Paste(text)] if flood else self._messages(text):
                self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, READ_BYTES)
        except OSError:
            return b""

    def _messages(self, text: str) -> Iterator[Message]:
        """What a text means; a sequence of which Textual's parser dies means nothing."""
        for character in text:
            try:
                yield from self._parser.feed(character)
            except (ValueError, OverflowError):
                # A code that is no character's, as in ESC [ 1114112 u.
                self._parser = XTermParser(self._debug)
        yield from self._parser.tick()

    def process_message(self, message: Message) -> None:
        """Reports of the window's size are not asked for: signals tell it, and can't be typed.

        Textual believes any size that it reads, and draws it.
        """
        if isinstance(message, events.Resize):
            self._parser.mouse_pixels = False
        elif isinstance(message, events.Paste):
            super().process_message(events.Paste(message.text[:MOST_PASTED]))
        elif not isinstance(message, InBandWindowResize):
            super().process_message(message)

    def send_message(self, message: Message) -> None:
        """Textual lets any number wait; then Ctrl-C comes after half a minute of keys."""
        most = MOST_MOVES if isinstance(message, events.MouseMove) else MOST_KEYS
        at_once = isinstance(message, events.Key) and message.key == "ctrl+c"
        if at_once or not isinstance(message, events.InputEvent) or self._waiting() < most:
            self._sent += 1
            self._in_loop(lambda: self._give(message))

    def _waiting(self) -> int:
        """How many messages the app has still to see to, of those that keys go through."""
        queued = self._app.message_queue_size
        for screen in self._app.screen_stack[-1:]:
            queued += screen.message_queue_size
            # Asked for once: it may lose the focus meanwhile, as another thread sees to the app.
            if focused := screen.focused:
                queued += focused.message_queue_size
        return queued + self._sent - self._given

    def _give(self, message: Message) -> None:
        self._given += 1
        self._app.post_message(message)


class _Output:
    """Where the writer's thread writes to, which outlives the terminal."""

    def __init__(self, file: TextIO, gone: Callable[[], None]) -> None:
        self._file, self._gone = file, gone
        # Whether the process is about to end, with a last word of its own.
        self.over = False

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, text: str) -> None:
        left = text.encode(self._file.encoding, "replace")
        while left and not self.over:
            try:
                left = left[os.write(self.fileno(), left) :]
            except BlockingIOError:
                # Another program that has this terminal may have set it so.
                select.select([], [self.fileno()], [])
            except OSError:
                return self._gone()
        if self.over:
            # The app waits for this thread, and would end the process before that is said.
            Event().wait()

    def flush(self) -> None:
        """All is written at once."""


class _PasteMarks:
    """Knows whether what is read is between the two marks of a paste, which may come in pieces."""

    def __init__(self) -> None:
        self._last, self._between = "", False

    def between(self, text: str) -> bool:
        """Whether a piece of text begins or ends between them."""
        before, known = self._between, self._last + text
        begin, end = known.rfind(BRACKETED_PASTE_START), known.rfind(BRACKETED_PASTE_END)
        if begin != end:
            self._between = begin > end
        self._last = known[1 - len(BRACKETED_PASTE_END) :]
        return before or self._between


def _is_plain(text: str) -> bool:
    return "".join(text.split()).isprintable()


def _fail(error: Exception) -> None:
    raise error
