"""The one kind of error that a user can cause and mend."""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, time

from optplay.elsewhere import ours
from optplay.gate import line

# Characters of a value; of a word, which may be a path; of a whole message.
LONGEST, LONGEST_WORD, LONGEST_MESSAGE = 60, 200, 800
LONGEST_FLOAT = 12
MOST_NAMES = 40


class InputError(ValueError):
    """Wrong input. Its message is one line: what was found, where, and what is allowed.

    Whatever it is made from, the line is not long and commands no terminal.
    """

    def __init__(self, message: object) -> None:
        super().__init__(one_line(str(message)))


def one_line(message: str) -> str:
    """A message as it is shown: on one line, and without the middle of what is too long."""
    words = [_shortened(word, LONGEST_WORD) for word in line(message).split()]
    return _shortened(" ".join(words), LONGEST_MESSAGE)


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: most // 2] + "…" + text[len(text) - most // 2 + 1 :]


def show(value: object) -> str:
    """A value as found, short enough for one line."""
    try:
        text = str(value) if isinstance(value, date | time) else repr(value)
    except (ValueError, RecursionError):
        # Python refuses to spell out numbers of thousands of digits, and tables nested as deep.
        return f"a {type(value).__name__} too large to show"
    if isinstance(value, float) and len(text) > LONGEST_FLOAT:
        return f"{value:.6g}…"
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def reason(error: OSError) -> str:
    """What went wrong with a file, as a person says it: its name, if that is known, then why."""
    why = error.strerror or str(error)
    return f"{error.filename}: {why}" if error.filename else why


def nearest(found: object, names: Iterable[str]) -> str | None:
    """The name that is spelt most like what was found, if one is near."""
    lowered = {name.lower(): name for name in names}
    asked = found.lower() if isinstance(found, str) else ""
    near = difflib.get_close_matches(asked[:LONGEST], lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else None


def unknown(what: str, found: object, allowed: Iterable[str]) -> str:
    """One line for a name that is not there, with ours for it or the nearest valid one first."""
    names = list(allowed)
    if told := ours(found, names):
        hint = f"{told}; "
    else:
        near = nearest(found, names)
        hint = f"did you mean {near!r}? " if near else ""
    listed = ", ".join(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        listed += f" … {len(names):,} in all"
    return f"unknown {what} {show(found)}: {hint}allowed: {listed}"


def inside(where: str, error: InputError) -> InputError:
    """The same error, told from further out: `where` comes before its message."""
    return InputError(f"{_shortened(where, LONGEST_WORD)}: {error}")


@contextmanager
def within(where: str) -> Iterator[None]:
    """Tells an InputError from further out, as `inside` does."""
    try:
        yield
    except InputError as error:
        raise inside(where, error) from None
