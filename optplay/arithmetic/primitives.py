"""What the functions are made of besides arithmetic, each exact or correctly rounded.

The bodies here serve Python's floats and NumPy's arrays; `training.lanes` has those of compiled
code. Other kinds of numbers need these five, operators, comparisons, `&`, `|` and `abs`.
"""

import math
from typing import Any, TypeVar, overload

from optplay.arrays import Floats, np

Number = TypeVar("Number", float, Floats)

# To tell these from arrays takes no NumPy, so that it is not imported for a constant or two.
PLAIN = (bool, int, float)
INF = math.inf
NAN = math.nan
# Added and subtracted again, it rounds what is below 2^51 to a whole number, ties to even.
ROUND = float.fromhex("0x1.8p+52")
LEAST_NORMAL = float.fromhex("0x1p-1022")
# Times this, what is below LEAST_NORMAL is a normal number.
UP = float.fromhex("0x1p+54")
LARGEST = float.fromhex("0x1.fffffffffffffp+1023")
# Two parts of ln 2: whole numbers below 2^11 times the first, of 42 bits, are exact.
LN2_HIGH = float.fromhex("0x1.62e42fefa38p-1")
LN2_LOW = float.fromhex("0x1.ef35793c7673p-45")

# Mantissas are in [√½, √2), from this number on, so that logarithms near 1 have exponent 0.
ROOT_HALF = float.fromhex("0x1.6a09e667f3bcdp-1")
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
EXPONENT_BITS = 52
BIAS = 1023
FRACTION = (1 << EXPONENT_BITS) - 1


@overload
def where(condition: Any, a: float, b: float) -> float: ...
@overload
def where(condition: Any, a: Any, b: Any) -> Any: ...
def where(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`. Both are computed."""
    if not isinstance(condition, PLAIN) and isinstance(condition, np.ndarray):
        return np.where(condition, a, b)
    return a if condition else b


@overload
def sqrt(x: float) -> float: ...
@overload
def sqrt(x: Any) -> Any: ...
def sqrt(x: Any) -> Any:
    """√x, correctly rounded, √-0 = -0; NaN below 0."""
    if not isinstance(x, PLAIN) and isinstance(x, np.ndarray):
        return np.sqrt(np.where(x < 0.0, NAN, x))
    return NAN if x < 0.0 else math.sqrt(x)


def power_of_two(x: Any) -> Any:
    """2^x for a whole number x in [-1022, 1023]. Of NaN it gives anything, and no error."""
    if not isinstance(x, PLAIN) and isinstance(x, np.ndarray):
        bits: Any = (x + (ROUND + BIAS)).view(np.int64)
        return (bits << EXPONENT_BITS).view(np.float64)
    return x if x != x else math.ldexp(1.0, int(x))


def exponent(x: Any) -> Any:
    """The whole number k with x = m·2^k, √½ ≤ m < √2, for normal x > 0.

    For other x, this and `mantissa` give anything, and no error; `mantissa` not less than 0.
    """
    if not isinstance(x, PLAIN) and isinstance(x, np.ndarray):
        return ((x.view(np.int64) - ROOT_HALF_BITS) >> EXPONENT_BITS).astype(np.float64)
    fraction, power = math.frexp(x)
    return float(power - 1 if fraction < ROOT_HALF else power)


def mantissa(x: Any) -> Any:
    """The m with x = m·2^k, √½ ≤ m < √2, for normal x > 0."""
    if not isinstance(x, PLAIN) and isinstance(x, np.ndarray):
        offset: Any = (x.view(np.int64) - ROOT_HALF_BITS) & FRACTION
        return (offset + ROOT_HALF_BITS).view(np.float64)
    fraction = math.frexp(abs(x))[0]
    return 2.0 * fraction if fraction < ROOT_HALF else fraction
