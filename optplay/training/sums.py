"""Sums of squares, of the gradient, the weights and how far they moved.

One run's are lanes, eight parameters at a time; those of eight runs in lockstep are added in the
same order, to the same bits, but so that the processor's registers hold what is under way.
"""

from typing import Any

from optplay.arithmetic.lanes import LANES, eight, four_folded, four_sums, put_eight, spread
from optplay.arrays import Number, Vector


def squares(a: Vector) -> Number:
    """Σ aᵢ² in four sums, since each addition waits for the one before."""
    whole = a.size - a.size % LANES
    sums: Any = spread(0.0)
    for i in range(0, whole, LANES):
        part = eight(a, i)
        sums = four_sums(sums, part * part)
    total = four_folded(sums) if whole > 0 else 0.0
    for i in range(whole, a.size):
        total += a[i] * a[i]
    return total


def moved(w: Vector, before: Vector) -> tuple[Number, Number]:
    """Σ wᵢ² and Σ (wᵢ - beforeᵢ)², added as in `squares`; then `before` is `w`."""
    whole = w.size - w.size % LANES
    sums: Any = spread(0.0)
    changes: Any = spread(0.0)
    for i in range(0, whole, LANES):
        part = eight(w, i)
        by = part - eight(before, i)
        sums, changes = four_sums(sums, part * part), four_sums(changes, by * by)
        put_eight(before, i, part)
    total, change = (four_folded(sums), four_folded(changes)) if whole > 0 else (0.0, 0.0)
    for i in range(whole, w.size):
        square, by_square = _moved(w, before, i)
        total += square
        change += by_square
    return total, change


def squares_of_each(a: Vector) -> Number:
    """As `squares`, to the same bits, of each of eight runs."""
    whole = a.size - a.size % LANES
    s0 = s1 = s2 = s3 = 0.0
    for i in range(0, whole, LANES // 2):
        s0 += a[i] * a[i]
        s1 += a[i + 1] * a[i + 1]
        s2 += a[i + 2] * a[i + 2]
        s3 += a[i + 3] * a[i + 3]
    total = (s0 + s2) + (s1 + s3)
    for i in range(whole, a.size):
        total += a[i] * a[i]
    return total


def moved_of_each(w: Vector, before: Vector) -> tuple[Number, Number]:
    """As `moved`, to the same bits, of each of eight runs."""
    whole = w.size - w.size % LANES
    even, even_change = _two_moved(w, before, 0, whole)
    odd, odd_change = _two_moved(w, before, 1, whole)
    total, change = even + odd, even_change + odd_change
    for i in range(whole, w.size):
        square, by_square = _moved(w, before, i)
        total += square
        change += by_square
    return total, change


def _two_moved(w: Vector, before: Vector, first: int, last: int) -> tuple[Number, Number]:
    """Two of the four sums: more at a time have no room in the processor."""
    one = other = one_change = other_change = 0.0
    for i in range(first, last, LANES // 2):
        square, by_square = _moved(w, before, i)
        one += square
        one_change += by_square
        square, by_square = _moved(w, before, i + 2)
        other += square
        other_change += by_square
    return one + other, one_change + other_change


def _moved(w: Vector, before: Vector, i: int) -> tuple[Number, Number]:
    one = w[i]
    by = one - before[i]
    before[i] = one
    return one * one, by * by
