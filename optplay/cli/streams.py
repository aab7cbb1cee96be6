"""The streams that the command line writes to: nothing but its own colours commands a terminal."""

import codecs
import os
import re
import sys
from io import TextIOWrapper
from typing import TextIO

from optplay.cli.ascii import HANDLER
from optplay.gate import COMMANDING, harmless

# Colours, and what a progress bar does: hides the cursor, goes up, clears a line, starts it again.
_OURS = re.compile(r"(\r?\x1b\[(?:[\d;:]*m|\?25[hl]|\d*[AK]))")


class Gated(TextIOWrapper):
    """A stream that lets through colours, and spells out all else that commands a terminal."""

    ascii_only = False

    def write(self, text: str) -> int:
        shown = gated(text)
        if self.ascii_only:
            shown = shown.encode("ascii", HANDLER).decode()
        super().write(shown)
        return len(text)


def gated(text: str) -> str:
    if not COMMANDING.search(text):
        return text
    parts = _OURS.split(text)
    parts[::2] = map(harmless, parts[::2])
    return "".join(parts)


def open_streams() -> None:
    """Puts the gate before stdout and stderr, and ASCII in place of what they can't encode.

    The app's screen goes by `sys.__stderr__`, past this gate: it has one of its own.
    """
    sys.stdout, sys.stderr = _opened(sys.stdout), _opened(sys.stderr)


def _opened(stream: TextIO | None) -> TextIO:
    if stream is None:
        # Closed by the shell (>&-): what is printed is lost, and no other file takes its number.
        return open(os.devnull, "w", encoding="utf-8")
    if not isinstance(stream, TextIOWrapper):
        return stream
    stream.reconfigure(errors=HANDLER)
    ascii_only = codecs.lookup(stream.encoding).name == "ascii"
    opened = Gated(
        # click takes ASCII for a mistake, and would write UTF-8 past the gate.
        stream.buffer, encoding="latin-1" if ascii_only else stream.encoding, errors=HANDLER,
        newline="", line_buffering=stream.line_buffering, write_through=stream.write_through,
    )  # fmt: skip
    opened.ascii_only = ascii_only
    return opened
