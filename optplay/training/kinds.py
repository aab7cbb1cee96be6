"""The kinds of functions that a user may write, and what each may have."""

import math
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from optplay import arithmetic
from optplay.training.indices import ONE_BY_ONE, Dims

CALLABLE = (abs, min, max, range, math.sqrt)
# They have branches.
PLAIN_ONLY = (int, float, round, arithmetic.cos, arithmetic.sin)
OURS = [n for n in arithmetic.__all__ if isinstance(getattr(arithmetic, n), FunctionType)]
ON_EIGHT = [n for n in OURS if getattr(arithmetic, n) not in PLAIN_ONLY]


@dataclass(frozen=True)
class Kind:
    """What is known of a function of one kind.

    Attributes:
        dims: what the indices of each argument range over, `()` of a number of each of eight; a
            plain number, as t, has none. counts: what the numbers of a Declared count.
        eight: whether its numbers are eight at a time. arrays: whether they may be arrays too.
        returns: whether it returns a number. allowed: what stands in place of other statements.
    """

    dims: tuple[Dims | None, ...]
    counts: tuple[str, ...] = ()
    eight: bool = False
    arrays: bool = False
    returns: bool = True
    allowed: str = "arithmetic, if, while, loops over range, and return"

    @property
    def callable(self) -> tuple[Any, ...]:
        return (abs,) if self.arrays else CALLABLE

    @property
    def functions(self) -> str:
        names = ON_EIGHT if self.eight else OURS
        plain = [f.__name__ for f in self.callable if f not in (range, math.sqrt)]
        return f"{', '.join(plain)}, and of optplay.arithmetic {', '.join(names)}"


KINDS = {
    "optimizer": Kind(
        (("w",), ("g",), ("slots", "state"), ("hyper",), ("hyper",), ()), ("slots", "hyper"),
        eight=True, returns=False, allowed=f"arithmetic, where, loops over range; {ONE_BY_ONE}",
    ),
    "schedule": Kind((None, None, None, ("knobs",)), ("knobs",)),
    "surface": Kind(
        (("coordinates",), ("coordinates",), ("constants",)), ("coordinates", "constants")
    ),
    "activation": Kind(((), (), ()), eight=True, arrays=True, allowed="arithmetic and where"),
}  # fmt: skip
KINDS["loss"] = KINDS["activation"]
