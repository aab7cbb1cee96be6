"""How a value is nudged, shown and read: one scale per kind of key."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from sys import float_info
from typing import Any, Protocol

from msgspec import Struct

from optplay.errors import InputError, show, unknown
from optplay.toml import exactly

# Where a nudge of a rate goes, in each decade; of a count from 10 on.
GRID = tuple(map(Decimal, ("1", "1.5", "2", "3", "5", "7", "10")))
STOPS = (1, 2, 3, 5, 7, *(int(at * 10**e) for e in range(1, 19) for at in GRID[:-1]), 10**19)
# A value that was typed keeps this many digits at most, and is drawn to one of fewer so near.
SHORT, LONG = (5, Decimal("1e-4")), (12, Decimal("1e-9"))
FRACTION_STEP = 0.05
TINY = 1e-9
SHOWN = 6
WHOLE = re.compile(r"[+-]?(\d+|\d{1,3}([,_]\d{3})+)")
# 0,05 is read, and 1,000 refused: it may be a thousand, or one.
WITH_COMMA = re.compile(r"([+-]?\d*),(\d+(?:e[+-]?\d+)?)", re.IGNORECASE)
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


class Scale(Protocol):
    """How a value moves, reads and is read."""

    def nudge(self, value: Any, by: int) -> Any:
        """The value `by` notches (+1 or -1) further; the same at the end of its range."""

    def show(self, value: Any) -> str:
        """The value as a person reads it, who sees where digits are left out."""

    def spell(self, value: Any) -> str:
        """The value as a person types it: `read` takes it back."""

    def read(self, text: str) -> Any:
        """The value that was typed.

        Raises:
            InputError: it is of another kind. Ranges are checked by who declares them.
        """


def shortest(value: float) -> str:
    """A number as short as it can be without becoming another one."""
    short = f"{value:g}"
    return powered(short if float(short) == value else repr(value))


def powered(text: str) -> str:
    """A number as Python spells it, but with 1e-5 for 1e-05."""
    return re.sub(r"e([+-])0*(\d)", lambda e: f"e{e[1].strip('+')}{e[2]}", text)


def rounded(value: float) -> str:
    """A number of at most six digits, with an ellipsis where it has more."""
    short = powered(f"{value:.{SHOWN}g}")
    return short if float(short) == value else short + "…"


def number_of(text: str) -> float:
    """The number that a person typed: also 5 %, 1/3 and 0,05.

    Raises:
        InputError: it is none, or may be two.
    """
    try:
        return _typed(text)
    except InputError:
        raise
    except (ValueError, ZeroDivisionError, RecursionError):
        raise InputError(f"found {show(text)}, allowed: a number") from None


def _typed(text: str) -> float:
    if text.endswith("%"):
        return _typed(text[:-1].rstrip()) / 100
    above, bar, below = text.partition("/")
    if bar:
        return _typed(above.strip()) / _typed(below.strip())
    if GROUPED.fullmatch(text):
        one, other = text.replace(",", ""), text.replace(",", ".")
        raise InputError(f"found {show(text)}, allowed: {one} or {other}, whichever it is")
    return exactly(WITH_COMMA.sub(r"\1.\2", text))


def _whole(text: str) -> int:
    try:
        if not WHOLE.fullmatch(text.strip()):
            raise ValueError
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise InputError(f"found {show(text)}, allowed: a whole number") from None


def _factor(value: float, by: int) -> float:
    """The next number of the grid 1, 1.5, 2, 3, 5, 7, 10 … if the value is on it.

    Else to the same place between the next two, so that 0.004 comes back from where it went.
    """
    exact = Decimal(repr(value))
    decade = exact.adjusted()
    place, share = _place(GRID, exact.scaleb(-decade))
    decades, place = divmod(place + by, len(GRID) - 1)
    goal = (GRID[place] + share * (GRID[place + 1] - GRID[place])).scaleb(decade + decades)
    digits = len(exact.normalize().as_tuple().digits)
    most, near = SHORT if digits <= SHORT[0] else LONG
    ways = (Decimal(f"{goal:.{n}g}") for n in range(1, most + 1))
    return float(next(way for way in ways if abs(way - goal) <= near * goal))


def _place(stops: Sequence[Decimal] | Sequence[int], value: Decimal | int) -> tuple[int, Decimal]:
    """The last stop at or before a value, and which part of the way to the next one it is."""
    at = bisect_right(stops, value) - 1
    return at, (Decimal(value) - stops[at]) / (stops[at + 1] - stops[at])


class Range(Struct, frozen=True):
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
        return rounded(value)

    def spell(self, value: float) -> str:
        return shortest(value)

    def read(self, text: str) -> float:
        return number_of(text.strip())


class Level(Range, frozen=True):
    """A size that may well be zero, as of noise: each notch is a sixth of a decade, or nearly.

    Below `first` a nudge down comes to zero.
    """

    first: float = 1e-3

    def nudge(self, value: float, by: int) -> float:
        if value <= 0:
            return self.keep(self.first, value) if by > 0 else value
        last = by < 0 and self.low <= 0 and value <= self.first
        return self.keep(0.0 if last else _factor(value, by), value)


class Anything(Level, frozen=True):
    """A number of which nothing is known: it moves by factors, and through zero."""

    low: float = -float_info.max

    def nudge(self, value: float, by: int) -> float:
        if value == 0:
            return self.first * by
        away = by if value > 0 else -by
        if away < 0 and abs(value) <= self.first:
            return 0.0
        moved = _factor(abs(value), away)
        return self.keep(moved if value > 0 else -moved, value)


class Factor(Level, frozen=True):
    """A rate: it moves by factors, and a sweep's values are spread by factors too."""

    first: float = 1e-5


class Memory(Range, frozen=True):
    """A factor below 1, as β: its distance from 1 moves as a rate does."""

    high: float = 1.0
    high_open: bool = True

    def nudge(self, value: float, by: int) -> float:
        # As decimals: 1 - 0.9 is not 0.1 in binary.
        distance = _factor(float(1 - Decimal(repr(value))), -by)
        return self.keep(float(1 - Decimal(repr(distance))), value)


class Amount(Range, frozen=True):
    """A plain size, as of noise: each notch is 0.05."""

    def nudge(self, value: float, by: int) -> float:
        return self.keep(round(value + by * FRACTION_STEP, 6), value)


class Fraction(Amount, frozen=True):
    """A part of a whole: each notch is 5 %."""

    high: float = 1.0

    def show(self, value: float) -> str:
        return rounded(value) if 0 < value < TINY else f"{rounded(round(value * 100, 10))} %"

    def spell(self, value: float) -> str:
        percent = shortest(round(value * 100, 10))
        return f"{percent} %" if float(percent) / 100 == value else shortest(value)


class Whole(Struct, frozen=True):
    """Whole numbers from `low` to `high`."""

    low: int = 1
    high: int = 10**18

    def keep(self, moved: int) -> int:
        """The moved value, or the end that it has passed."""
        return min(max(moved, self.low), self.high)

    def show(self, value: int) -> str:
        return str(value)

    spell = show

    def read(self, text: str) -> int:
        return _whole(text)


class Count(Whole, frozen=True):
    """How many: 1, 2, 3, 5, 7, 10, 15, 20, 30, 50 …"""

    def nudge(self, value: int, by: int) -> int:
        if value < 1:
            return self.keep(value + by)
        place, share = _place(STOPS, value)
        to = place + by
        if not 0 <= to < len(STOPS) - 1:
            return self.keep(value)
        moved = STOPS[to] + share * (STOPS[to + 1] - STOPS[to])
        return self.keep(int(moved.to_integral_value(ROUND_HALF_UP)))


class Doubling(Whole, frozen=True):
    """How many: each notch is twice or half as many."""

    def nudge(self, value: int, by: int) -> int:
        return self.keep(value * 2 if by > 0 else max(value // 2, 1))


class Number(Whole, frozen=True):
    """A name that happens to be a number, as a seed: each notch is the next one."""

    low: int = 0
    high: int = 2**63 - 1

    def nudge(self, value: int, by: int) -> int:
        return self.keep(value + by)


class Layers(Struct, frozen=True):
    """Neurons of each hidden layer: a nudge doubles or halves all of them."""

    def nudge(self, value: Sequence[int], by: int) -> tuple[int, ...]:
        return tuple(min(Doubling().nudge(n, by), 10_000) for n in value)

    def show(self, value: Sequence[int]) -> str:
        return ", ".join(map(str, value)) or "none"

    spell = show

    def read(self, text: str) -> tuple[int, ...]:
        inner = text.strip().strip("[]()")
        if inner.strip() in ("", "none"):
            return ()
        return tuple(_whole(part.strip()) for part in inner.split(",") if part.strip())


class Parts(Struct, frozen=True):
    """Parts of a whole, one after the other: each notch moves all of them by 5 %."""

    def nudge(self, value: Sequence[float], by: int) -> tuple[float, ...]:
        moved = tuple(round(part + by * FRACTION_STEP, 6) for part in value)
        return moved if moved[0] > 0 and moved[-1] < 1 else tuple(value)

    def show(self, value: Sequence[float]) -> str:
        return ", ".join(map(Fraction().show, value))

    def spell(self, value: Sequence[float]) -> str:
        return ", ".join(map(Fraction().spell, value))

    def read(self, text: str) -> tuple[float, ...]:
        inner = text.strip().strip("[]()")
        return tuple(number_of(part.strip()) for part in inner.split(",") if part.strip())


class Choice(Struct, frozen=True):
    """One of some names."""

    names: tuple[str, ...]

    def nudge(self, value: str, by: int) -> str:
        return self.names[(self.names.index(value) + by) % len(self.names)]

    def show(self, value: str) -> str:
        return value

    spell = show

    def read(self, text: str) -> str:
        if text not in self.names:
            raise InputError(unknown("name", text, self.names))
        return text


class Switch(Struct, frozen=True):
    """On or off."""

    def nudge(self, value: bool, by: int) -> bool:
        return not value

    def show(self, value: bool) -> str:
        return "on" if value else "off"

    spell = show

    def read(self, text: str) -> bool:
        words = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
        if text.lower() not in words:
            raise InputError(f"found {show(text)}, allowed: on or off")
        return words[text.lower()]
