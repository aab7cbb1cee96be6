"""What goes between optplay and a child; nothing in it is run by being read.

A message is a head of fixed size, a JSON text, and float64 numbers as they lie in memory. The head:
what is asked or how it went, which optimizer is meant, a number, how many bytes the text has, and
how many numbers follow.
"""

import json
from struct import Struct
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_HEAD = Struct("<BqdQQ")

# What may be asked: see `server`. A step is made by a new optimizer, by the one that made the step
# before, or from a state that is given.
DESCRIBE, FIT, OPEN, DROP, FRESH, ONWARD, RESUMED = range(7)
# How it went. A step may leave a state that is told in numbers, or one that can't be.
DONE, TOLD, UNTOLD, REFUSED = range(10, 14)


class Head(NamedTuple):
    """The head of a message."""

    what: int
    which: int
    number: float
    text: int
    numbers: int


def packed(
    what: int, which: int = 0, number: float = 0.0, table: dict[str, Any] | None = None,
    numbers: int = 0,
) -> bytes:  # fmt: skip
    """The head of a message and its text; so many `numbers` are to follow."""
    text = json.dumps(table).encode() if table else b""
    return _HEAD.pack(what, which, number, len(text), numbers) + text


def read_head(stream: IO[bytes]) -> Head | None:
    """The head of the next message, or None at the end."""
    raw = stream.read(_HEAD.size)
    return Head(*_HEAD.unpack(raw)) if len(raw) == _HEAD.size else None


def read_table(stream: IO[bytes], head: Head) -> dict[str, Any]:
    """The text of a message."""
    found = json.loads(stream.read(head.text)) if head.text else {}
    return found if isinstance(found, dict) else {}


def read_into(stream: IO[bytes], room: NDArray[np.float64]) -> bool:
    """Fills it with the numbers of a message; False where the stream ends before."""
    return stream.readinto(room.view(np.uint8).data) == room.nbytes  # type: ignore[attr-defined,no-any-return]
