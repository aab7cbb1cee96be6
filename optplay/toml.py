"""TOML that anyone may have written, read in a time that goes with its size."""

import re
import tomllib
from math import isinf
from sys import float_info
from typing import Any

from optplay.errors import InputError, show

MOST_DOTS = 20
# Texts and comments; what has no end goes to the end of the line, or of the file.
WORDS = re.compile(
    r'''"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)'''
    r"""|"(?:\\.|[^"\\\n])*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
# No number or date has as many dots.
DEEP_KEY = re.compile(rf"""(?<![\w"-])(?:[\w"-]++[ \t]*+\.[ \t]*+){{{MOST_DOTS}}}""")


def exactly(text: str) -> float:
    """The number that a text spells, as Python does.

    Raises:
        InputError: it is not 0 and too near to it, or too far, for a number of 64 bits.
        ValueError: it spells none.
    """
    value = float(text)
    if value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise InputError(f"found {show(text)}, allowed: 0, or a number of at least 5e-324")
    if isinf(value) and "inf" not in text.lower():
        raise InputError(f"found {show(text)}, allowed: a number up to {float_info.max:.2g}")
    return value


def loads(text: str) -> dict[str, Any]:
    """As `tomllib.loads`, which raises ValueErrors and RecursionError, but refuses endless keys.

    Raises:
        InputError: there is one.
    """
    # For a key of n parts tomllib takes n² steps.
    if found := DEEP_KEY.search(WORDS.sub('""', text)):
        raise InputError(f"found a key of more than {MOST_DOTS} parts: {found[0][:20]}…")
    return tomllib.loads(text, parse_float=exactly)


def parse_toml(text: str) -> dict[str, Any]:
    """The table that a text describes.

    Raises:
        InputError: it is no TOML, or nests tables too deep.
    """
    try:
        return loads(text)
    except InputError:
        raise
    except (RecursionError, ValueError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        if isinstance(error, RecursionError):
            first = "nested too deep"
        raise InputError(f"not a TOML file: {first}") from None
