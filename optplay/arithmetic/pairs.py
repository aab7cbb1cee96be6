"""Numbers as sums of two, for some hundred bits."""

from typing import Any

# 2^27 + 1: parts a number into halves of 26 bits (Dekker 1971).
SPLITTER = float.fromhex("0x1.0000002p+27")


def lost_in_product(a: Any, b: Any, product: Any) -> Any:
    """a·b - product exactly, where product is a·b rounded, and neither is above 2^990."""
    scaled = SPLITTER * a
    a_high = scaled - (scaled - a)
    a_low = a - a_high
    scaled = SPLITTER * b
    b_high = scaled - (scaled - b)
    b_low = b - b_high
    return a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


def lost_in_sum(a: Any, b: Any, total: Any) -> Any:
    """a + b - total exactly, where total is a + b rounded (Knuth 1969)."""
    kept = total - a
    return (a - (total - kept)) + (b - kept)
