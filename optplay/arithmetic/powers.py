"""Powers and the logarithm to base 10, through logarithms of some 65 bits."""

from typing import Any

from optplay.arithmetic.exponential import HIGHEST, LOWEST, exp_of_sum
from optplay.arithmetic.pairs import lost_in_product
from optplay.arithmetic.primitives import (
    INF,
    LEAST_NORMAL,
    LN2_HIGH,
    LN2_LOW,
    NAN,
    UP,
    Number,
    exponent,
    mantissa,
    where,
)

THIRD = float.fromhex("0x1.5555555555555p-2")
THIRD_LOW = float.fromhex("0x1.5555555555555p-56")
# (artanh(s)/s - 1 - s²/3)/s⁴ in s² for |s| ≤ (√2 - 1)², by Remez' algorithm: the logarithm within
# a relative 2^-73.
C0 = float.fromhex("0x1.9999999999996p-3")
C1 = float.fromhex("0x1.2492492493049p-3")
C2 = float.fromhex("0x1.c71c71c57e07fp-4")
C3 = float.fromhex("0x1.745d183376bc3p-4")
C4 = float.fromhex("0x1.3b136268216b0p-4")
C5 = float.fromhex("0x1.1120c15ad05f0p-4")
C6 = float.fromhex("0x1.de3194156b619p-5")
C7 = float.fromhex("0x1.eb20a7f58cb14p-5")
LOG10_E = float.fromhex("0x1.bcb7b1526e50ep-2")
LOG10_E_LOW = float.fromhex("0x1.95355baaafad3p-57")
# To this power every number but 1 overflows or vanishes.
HIGHEST_POWER = float.fromhex("0x1p+70")


def power(base: Number, y: Number) -> Number:
    """base^y within 0.8 ulp for base ≥ 0 and any y, and exact where base^y is a float.

    1 if y is 0 or base is 1, else NaN if base is below 0. e^(y·ln base), with ln base and the
    product as sums of two numbers. Two divisions.
    """
    inside = (base > 0.0) & (base < INF)
    high, low = log_pair(where(inside, base, 1.0))
    times = where(y > HIGHEST_POWER, HIGHEST_POWER, y)
    times = where(times < -HIGHEST_POWER, -HIGHEST_POWER, times)
    x = times * high
    more = lost_in_product(times, high, x) + times * low
    # What is lost in the product can't bring one that is above this below it.
    above = x > HIGHEST
    more = where(above | (x < LOWEST), 0.0, more)
    x = where(above, HIGHEST, where(x < LOWEST, LOWEST, x))
    result = where(inside, where(above, INF, exp_of_sum(x, more)), NAN)
    outward = where(base == 0.0, -y, y)
    edge = where(outward > 0.0, INF, where(outward < 0.0, 0.0, NAN))
    result = where((base == 0.0) | (base == INF), edge, result)
    raised: Number = where((y == 0.0) | (base == 1.0), 1.0, result)
    return raised


def log10(x: Number) -> Number:
    """log₁₀ x within 0.51 ulp, and exact at powers of ten, for all x ≥ 0; -inf at 0, NaN below.

    Two divisions.
    """
    inside = (x > 0.0) & (x < INF)
    high, low = log_pair(where(inside, x, 1.0))
    result = high * LOG10_E
    lost = lost_in_product(high, LOG10_E, result)
    result = result + (lost + (high * LOG10_E_LOW + low * LOG10_E))
    edge = where(x == 0.0, -INF, where(x == INF, INF, NAN))
    logarithm: Number = where(inside, result, edge)
    return logarithm


def log_pair(x: Any) -> tuple[Any, Any]:
    """ln x as the sum of two numbers, within a relative 2^-64, for finite x > 0.

    x is 2^k·m, and ln m = 2·artanh s = 2·(s + s³/3 + …) with s = (m - 1)/(m + 1); s, s² and the
    first two terms are sums of two numbers.
    """
    tiny = x < LEAST_NORMAL
    at = x * where(tiny, UP, 1.0)
    k = exponent(at) - where(tiny, 54.0, 0.0)
    m = mantissa(at)
    over = m - 1.0
    under = m + 1.0
    under_low = m - (under - 1.0)
    s = over / under
    product = s * under
    s_low = (((over - product) - lost_in_product(s, under, product)) - s * under_low) / under
    z = s * s
    z_low = lost_in_product(s, s, z) + 2.0 * s * s_low
    w = z * z
    odd = z * (C1 + w * (C3 + w * (C5 + w * C7)))
    later = z * ((C0 + w * (C2 + w * (C4 + w * C6))) + odd)
    factor = THIRD + later
    factor_low = (later - (factor - THIRD)) + THIRD_LOW
    cubic = z * factor
    cubic_low = lost_in_product(z, factor, cubic) + (z * factor_low + z_low * factor)
    rest = s * cubic
    rest_low = lost_in_product(s, cubic, rest) + (s * cubic_low + s_low * cubic)
    half = s + rest
    half_low = (rest - (half - s)) + (s_low + rest_low)
    whole = k * LN2_HIGH
    total = whole + 2.0 * half
    total_low = (2.0 * half - (total - whole)) + (2.0 * half_low + k * LN2_LOW)
    high = total + total_low
    return high, total_low - (high - total)
