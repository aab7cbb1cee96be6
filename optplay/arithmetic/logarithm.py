"""ln x and ln(1 + x)."""

from optplay.arithmetic.primitives import (
    INF,
    LARGEST,
    LEAST_NORMAL,
    LN2_HIGH,
    LN2_LOW,
    NAN,
    UP,
    Number,
    exponent,
    mantissa,
    power_of_two,
    where,
)

# (ln(1 + f) - 2s)/s³ in s² for s = f/(2 + f), √½ ≤ 1 + f ≤ √2, by Remez' algorithm: ln within a
# relative 2^-59.5.
C1 = float.fromhex("0x1.5555555555593p-1")
C2 = float.fromhex("0x1.999999997fb37p-2")
C3 = float.fromhex("0x1.24924942176d1p-2")
C4 = float.fromhex("0x1.c71c51e81b294p-3")
C5 = float.fromhex("0x1.74664625a93a4p-3")
C6 = float.fromhex("0x1.39a0f5b403150p-3")
C7 = float.fromhex("0x1.2f0d875f6a8b9p-3")
# A larger exponent than this leaves nothing of what was lost in 1 + x.
ENOUGH = 100.0
ROOT_TWO_LESS_ONE = 0.41421356237309503


def log(x: Number) -> Number:
    """ln x within 1 ulp, for all x ≥ 0; 0.91 was the most that was measured. -inf at 0, NaN below.

    x is 2^k·(1 + f) with 1 + f about 1, and ln(1 + f) a polynomial in f/(2 + f), as in fdlibm. One
    division.
    """
    tiny = abs(x) < LEAST_NORMAL
    at = x * where(tiny, UP, 1.0)
    k = exponent(at) - where(tiny, 54.0, 0.0)
    f = mantissa(at) - 1.0
    whole = k * LN2_HIGH
    result = whole + f
    result = result + ((f - (result - whole)) + (k * LN2_LOW - log_bend(f)))
    result = where(x < INF, result, x)
    logarithm: Number = where(x > 0.0, result, where(x == 0.0, -INF, NAN))
    return logarithm


def log1p(x: Number) -> Number:
    """ln(1 + x) within 1 ulp, for all x ≥ -1; 0.92 was the most that was measured. -inf at -1, NaN
    below.

    As `log`, of 1 + x and what is lost in that sum. One division.
    """
    at = where(x > LARGEST, LARGEST, x)
    at = where(at < -1.0, -1.0, at)
    one_more = 1.0 + at
    kept = one_more - 1.0
    lost = (1.0 - (one_more - kept)) + (at - kept)
    k = exponent(one_more)
    f = mantissa(one_more) - 1.0
    # With k = 0, f + more is x itself.
    more = lost * power_of_two(-where(k < ENOUGH, k, ENOUGH))
    whole = k * LN2_HIGH
    result = whole + f
    rest = (f - (result - whole)) + (more + (k * LN2_LOW - log_bend(f + more)))
    # Only 0, with either sign, and infinity are their own half.
    result = where(x * 0.5 == x, x, result + rest)
    logarithm: Number = where(x > -1.0, result, where(x == -1.0, -INF, NAN))
    return logarithm


def log1p_of_fraction(x: Number) -> Number:
    """ln(1 + x) for 0 ≤ x ≤ 1 within 1 ulp, in half the time of `log1p`; 0.90 was the most that
    was measured. One division.
    """
    # Half of 1 + x is nearer to 1 there.
    large = x > ROOT_TWO_LESS_ONE
    less = x - 1.0
    f = where(large, 0.5 * less, x)
    # Below ½ that difference is rounded.
    more = where(large, LN2_LOW + 0.5 * (x - (less + 1.0)), 0.0)
    whole = where(large, LN2_HIGH, 0.0)
    result = whole + f
    logarithm: Number = result + ((f - (result - whole)) + (more - log_bend(f)))
    return logarithm


def log_bend(f: Number) -> Number:
    """f - ln(1 + f) for √½ ≤ 1 + f ≤ √2."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = z * (C1 + w * (C3 + w * (C5 + w * C7)))
    even = w * (C2 + w * (C4 + w * C6))
    half = 0.5 * f * f
    result: Number = half - s * (half + (odd + even))
    return result
