"""How a value is nudged, shown and read: one scale per kind of key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from sys import float_info
from typing import Any, Protocol

from optplay.errors import InputError, show, unknown

STEPS_PER_DECADE = 4
DIGITS = 3
# What three digits leave of a place on the grid is nearer than this.
ON_GRID = 2e-3
NEARBY = 5e-3
FRACTION_STEP = 0.05
WHOLE = re.compile(r"[+-]?(\d+|\d{1,3}([,_]\d{3})+)")


class Scale(Protocol):
    """How a value moves, reads and is read."""

    def nudge(self, value: Any, by: int) -> Any:
        """The value `by` notches (+1 or -1) further; the same at the end of its range."""

    def show(self, value: Any) -> str:
        """The value as a person reads it; `read` takes it back."""

    def read(self, text: str) -> Any:
        """The value that was typed.

        Raises:
            InputError: it is of another kind. Ranges are checked by who declares them.
        """


def shortest(value: float) -> str:
    """A number as short as it can be without becoming another one."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _number(text: str) -> float:
    try:
        if text.endswith("%"):
            return float(text[:-1]) / 100
        return float(text)
    except ValueError:
        raise InputError(f"found {show(text)}, allowed: a number") from None


def _whole(text: str) -> int:
    try:
        if not WHOLE.fullmatch(text.strip()):
            raise ValueError
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise InputError(f"found {show(text)}, allowed: a whole number") from None


def _factor(value: float, by: int) -> float:
    """Times 10^¼: on the grid 1, 1.78, 3.16, 5.62, 10 … if the value is on it already.

    Else to what has the fewest digits nearby, so that 0.002 comes back from where it went.
    """
    on_grid = 10 ** (round(log10(value) * STEPS_PER_DECADE) / STEPS_PER_DECADE)
    is_on = abs(value / on_grid - 1) < ON_GRID
    exact = (on_grid if is_on else value) * 10 ** (by / STEPS_PER_DECADE)
    ways = [float(f"{exact:.{digits}g}") for digits in range(1, DIGITS + 1)]
    short = next((way for way in ways if abs(way - exact) < NEARBY * exact), ways[-1])
    return ways[-1] if is_on else short


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`; an end that is open is not in it itself."""

    low: float = 0.0
    high: float = float_info.max
    low_open: bool = False
    high_open: bool = False

    def keep(self, moved: float, value: float) -> float:
        """The moved value, or the end that it has passed; where that is open, the old value."""
        if (self.low_open and moved <= self.low) or (self.high_open and moved >= self.high):
            return value
        return min(max(moved, self.low), self.high)

    def show(self, value: float) -> str:
        return shortest(value)

    def read(self, text: str) -> float:
        return _number(text)


@dataclass(frozen=True)
class Level(Range):
    """A size that may well be zero, as of noise: each notch is a factor of 10^¼.

    Below `first` a nudge down comes to zero.
    """

    first: float = 1e-3

    def nudge(self, value: float, by: int) -> float:
        if value <= 0:
            return self.keep(self.first, value) if by > 0 else value
        last = by < 0 and self.low <= 0 and value <= self.first * (1 + ON_GRID)
        return self.keep(0.0 if last else _factor(value, by), value)


@dataclass(frozen=True)
class Factor(Level):
    """A rate: it moves by factors, and a sweep's values are spread by factors too."""

    first: float = 1e-5


@dataclass(frozen=True)
class Memory(Range):
    """A factor below 1, as β: each notch is a factor of 10^¼ on its distance from 1."""

    high: float = 1.0
    high_open: bool = True

    def nudge(self, value: float, by: int) -> float:
        distance = _factor(1 - value, -by)
        # 1-β keeps its three digits, whichever decimal of β they are.
        return self.keep(round(1 - distance, DIGITS - floor(log10(distance))), value)


@dataclass(frozen=True)
class Amount(Range):
    """A plain size, as of noise: each notch is 0.05."""

    def nudge(self, value: float, by: int) -> float:
        return self.keep(round(value + by * FRACTION_STEP, 6), value)


@dataclass(frozen=True)
class Fraction(Amount):
    """A part of a whole: each notch is 5 %."""

    high: float = 1.0

    def show(self, value: float) -> str:
        percent = shortest(round(value * 100, 10))
        return f"{percent} %" if float(percent) / 100 == value else shortest(value)


@dataclass(frozen=True)
class Whole:
    """Whole numbers from `low` to `high`."""

    low: int = 1
    high: int = 10**18

    def keep(self, moved: int) -> int:
        """The moved value, or the end that it has passed."""
        return min(max(moved, self.low), self.high)

    def show(self, value: int) -> str:
        return str(value)

    def read(self, text: str) -> int:
        return _whole(text)


@dataclass(frozen=True)
class Count(Whole):
    """How many: 1, 2, 5, 10, 20, 50 …"""

    def nudge(self, value: int, by: int) -> int:
        magnitude = int(10 ** max(len(str(value)) - 1, 0))
        grid = [magnitude * n // d for n, d in ((1, 2), (1, 1), (2, 1), (5, 1), (10, 1))]
        further = [n for n in grid if (n > value if by > 0 else 0 < n < value)]
        if not further:
            return value
        return self.keep(min(further) if by > 0 else max(further))


@dataclass(frozen=True)
class Doubling(Whole):
    """How many, in powers of two."""

    def nudge(self, value: int, by: int) -> int:
        bits = value.bit_length() - 1
        below = 2**bits if value > 2**bits else 2 ** max(bits - 1, 0)
        return self.keep(int(2 ** (bits + 1) if by > 0 else below))


@dataclass(frozen=True)
class Number(Whole):
    """A name that happens to be a number, as a seed: each notch is the next one."""

    low: int = 0
    high: int = 2**63 - 1

    def nudge(self, value: int, by: int) -> int:
        return self.keep(value + by)


@dataclass(frozen=True)
class Layers:
    """Neurons of each hidden layer: a nudge doubles or halves all of them."""

    def nudge(self, value: Sequence[int], by: int) -> tuple[int, ...]:
        return tuple(min(Doubling().nudge(n, by), 10_000) for n in value)

    def show(self, value: Sequence[int]) -> str:
        return ", ".join(map(str, value)) or "none"

    def read(self, text: str) -> tuple[int, ...]:
        inner = text.strip().strip("[]()")
        if inner.strip() in ("", "none"):
            return ()
        return tuple(_whole(part.strip()) for part in inner.split(",") if part.strip())


@dataclass(frozen=True)
class Choice:
    """One of some names."""

    names: tuple[str, ...]

    def nudge(self, value: str, by: int) -> str:
        return self.names[(self.names.index(value) + by) % len(self.names)]

    def show(self, value: str) -> str:
        return value

    def read(self, text: str) -> str:
        if text not in self.names:
            raise InputError(unknown("name", text, self.names))
        return text


@dataclass(frozen=True)
class Switch:
    """On or off."""

    def nudge(self, value: bool, by: int) -> bool:
        return not value

    def show(self, value: bool) -> str:
        return "on" if value else "off"

    def read(self, text: str) -> bool:
        words = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
        if text.lower() not in words:
            raise InputError(f"found {show(text)}, allowed: on or off")
        return words[text.lower()]
