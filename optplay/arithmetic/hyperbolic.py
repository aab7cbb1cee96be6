"""tanh x."""

from optplay.arithmetic.exponential import LOG2_E, exp_rest
from optplay.arithmetic.primitives import (
    LN2_HIGH,
    LN2_LOW,
    ROUND,
    Number,
    power_of_two,
    where,
)

# From here on tanh rounds to 1.
HIGHEST = 22.0
# Below this a quotient of polynomials is as exact.
NEAR = 0.62
# About where e^|2x| is 14, up to which 7 is subtracted from it without loss.
FAR = 1.3
# (1 - tanh x/x)/x² is about (P0 + P1·x² + P2·x⁴)/(1 + Q1·x² + …) there, by Remez' algorithm: tanh
# within a relative 2^-60.
P0 = float.fromhex("0x1.5555555555554p-2")
P1 = float.fromhex("0x1.4fd207e5f9f57p-6")
P2 = float.fromhex("0x1.a1869fe520ab9p-13")
Q1 = float.fromhex("0x1.d890fb14b8673p-2")
Q2 = float.fromhex("0x1.7d900ab433c4dp-6")
Q3 = float.fromhex("0x1.b0f066a779cfbp-13")


def tanh(x: Number) -> Number:
    """tanh x within 1 ulp, for all x; 0.9 was the most that was measured.

    x - x·(a quotient of polynomials) near 0, as in Cody & Waite 1980, and 1 - 2/(e^|2x| + 1)
    beyond. Both share the one division.
    """
    size = abs(x)
    size = where(size > HIGHEST, HIGHEST, size)
    near = size < NEAR
    far = size > FAR
    z = size * size
    part = z * (P0 + z * (P1 + z * P2))
    k = (size * (2.0 * LOG2_E) + ROUND) - ROUND
    r = (size + size) - k * LN2_HIGH
    one = 1.0 + r
    scale = power_of_two(k)
    # e^|2x| is the sum of these.
    large = scale * one
    small = scale * exp_rest(r, k * LN2_LOW, one)
    # Where 2/(e^|2x| + 1) is large, 1 less it is 3/4 + (e^|2x| - 7)/(e^|2x| + 1)/4: a quotient
    # nearer to 0 loses less when it is rounded.
    # 0 - part, not -part: of 0 that is +0, with which the last sum keeps the sign of x.
    over = where(near, 0.0 - part, where(far, -2.0, (large - 7.0) + small))
    under = where(near, 1.0 + z * (Q1 + z * (Q2 + z * Q3)), large + (1.0 + small))
    most = where(far, 1.0, 0.75)
    least = where(far, 1.0, 0.25)
    below = x < 0.0
    base = where(near, x, where(below, -most, most))
    factor = where(near, x, where(below, -least, least))
    result: Number = base + factor * (over / under)
    return result
