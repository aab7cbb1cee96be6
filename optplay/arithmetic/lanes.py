"""What the loop does where its numbers may be lanes: the same quantity of eight runs, side by side.

On plain numbers each of these is next to nothing; what they are in compiled code is in
`training.lanes`.
"""

from typing import Any

from optplay.arrays import Floats, Number

__all__ = [
    "LANES", "any_of", "apart", "eight", "folded", "four_folded", "four_sums", "packed",
    "put_apart", "put_eight", "spread",
]  # fmt: skip

#: How many numbers lanes hold.
LANES = 8


def any_of(condition: bool) -> bool:
    """Whether it holds in any of the runs."""
    return condition


def packed(numbers: Floats) -> Floats:
    """The same memory as lanes, to be gone over number by number: eight parameters of a run, or
    one of eight runs.
    """
    return numbers


def spread(number: Number) -> Number:
    """A run's number in all lanes of its parameters; what holds for eight runs is already lanes."""
    return number


def eight(numbers: Floats, first: int) -> Floats:
    """Eight numbers in a row, as lanes."""
    return numbers[first : first + LANES].copy()


def apart(numbers: Floats, first: int) -> tuple[Floats, Floats]:
    """Of eight pairs in a row the first ones, and the second ones."""
    return numbers[first : first + 2 * LANES : 2].copy(), eight(numbers[1::2], first // 2)


def put_eight(numbers: Floats, first: int, lanes: Floats) -> None:
    """Writes eight numbers in a row."""
    numbers[first : first + LANES] = lanes


def put_apart(numbers: Floats, first: int, one: Floats, other: Floats) -> None:
    """Writes eight pairs in a row."""
    numbers[first : first + 2 * LANES : 2] = one
    numbers[first + 1 : first + 2 * LANES : 2] = other


def folded(lanes: Floats) -> float:
    """The sum of eight numbers, in the order of a sum in four parts."""
    half = lanes[:4] + lanes[4:]
    total: float = (half[0] + half[2]) + (half[1] + half[3])
    return total


def four_sums(sums: Any, lanes: Floats) -> Any:
    """Adds eight numbers to four sums, the first four first; the sums begin as `spread(0.0)`."""
    return sums + lanes[:4] + lanes[4:]


def four_folded(sums: Any) -> float:
    """The sum of four sums, in the order of `folded`."""
    total: float = (sums[0] + sums[2]) + (sums[1] + sums[3])
    return total
