"""The one kind of error that a user can cause and mend."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Wrong input. Its message is one line: what was found, where, and what is allowed."""


def unknown(what: str, found: object, allowed: Iterable[str]) -> str:
    """One line for a name that is not there, with the nearest valid one first."""
    names = list(allowed)
    near = difflib.get_close_matches(str(found).lower(), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown {what} {str(found)[:60]!r}: {hint}allowed: {', '.join(names)}"


def inside(where: str, error: InputError) -> InputError:
    """The same error, told from further out: `where` comes before its message."""
    return InputError(f"{where}: {error}")
