"""A number less the nearest multiple of π/2."""

from optplay.arithmetic.pairs import lost_in_product, lost_in_sum
from optplay.arithmetic.primitives import ROUND, Number, exponent, power_of_two

TWO_OVER_PI = float.fromhex("0x1.45f306dc9c883p-1")
# Three parts of π/2: whole numbers below 2^20 times the first two, of 33 bits, are exact.
FIRST = float.fromhex("0x1.921fb544p+0")
SECOND = float.fromhex("0x1.0b4611a6p-34")
THIRD = float.fromhex("0x1.3198a2e037073p-69")
MODERATE = float.fromhex("0x1p+20")
# Nearer to a multiple of π/2 the parts have too few bits.
NEAR = float.fromhex("0x1p-10")

# π/2 as the sum of two numbers.
HALF_PI = float.fromhex("0x1.921fb54442d18p+0")
HALF_PI_LOW = float.fromhex("0x1.1a62633145c07p-54")
DIGIT = 24
UP = float.fromhex("0x1p+24")
DOWN = float.fromhex("0x1p-24")
# The digits of 2/π to base 2^24, the first of them that of 2^-24; three zeros before them.
DIGITS = tuple(
    float(digit)
    for digit in (
        0, 0, 0,
        0xA2F983, 0x6E4E44, 0x1529FC, 0x2757D1, 0xF534DD, 0xC0DB62, 0x95993C, 0x439041, 0xFE5163,
        0xABDEBB, 0xC561B7, 0x246E3A, 0x424DD2, 0xE00649, 0x2EEA09, 0xD1921C, 0xFE1DEB, 0x1CB129,
        0xA73EE8, 0x8235F5, 0x2EBB44, 0x84E99C, 0x7026B4, 0x5F7E41, 0x3991D6, 0x398353, 0x39F49C,
        0x845F8B, 0xBDF928, 0x3B1FF8, 0x97FFDE, 0x05980F, 0xEF2F11, 0x8B5A0A, 0x6D1F6D, 0x367ECF,
        0x27CB09, 0xB74F46, 0x3F669E, 0x5FEA2D, 0x7527BA, 0xC7EBE5, 0xF17B3D, 0x0739F7, 0x8A5292,
        0xEA6BFB, 0x5FB11F, 0x8D5D08, 0x560330, 0x46FC7B, 0x6BABF0,
    )
)  # fmt: skip
# How many of the product's digits after the point are reckoned: 168 bits. No number is nearer than
# 2^-62 to a multiple of π/2 that is not 0.
PLACES = 7


def reduced(x: float) -> tuple[int, float, float]:
    """q in 0, 1, 2, 3 and |r| ≤ π/4 as the sum of two numbers: x is r + q·π/2, less whole turns.

    For finite |x| > π/4.
    """
    if abs(x) < MODERATE:
        k, short, r, more = by_parts(x)
        if abs(short) > NEAR:
            return int(k) & 3, r, more
    return _by_digits(x) if x > 0.0 else _turned(_by_digits(-x))


def by_parts(x: Number) -> tuple[Number, Number, Number, Number]:
    """Of x less k·π/2, for |x| < 2^20: k, the difference in short, and in full as two numbers.

    The parts of π/2 are subtracted one by one (Cody & Waite 1980). What is full is exact enough
    where |in short| > NEAR, which is nearly everywhere, and where k is 0. Arrays too.
    """
    k = (x * TWO_OVER_PI + ROUND) - ROUND
    left = x - k * FIRST
    short = left - k * SECOND
    lost = ((left - short) - k * SECOND) - k * THIRD
    r = short + lost
    return k, short, r, lost - (r - short)


def _turned(found: tuple[int, float, float]) -> tuple[int, float, float]:
    """What is found for x, of -x."""
    quarter, r, more = found
    return -quarter & 3, -r, -more


def _by_digits(x: float) -> tuple[int, float, float]:
    """As `reduced`, for x > π/4, by as many digits of 2/π as x needs (Payne & Hanek 1983)."""
    skipped = int(exponent(x)) // DIGIT
    # The digits of x: x = (a + b/2^24 + c/2^48 + d/2^72)·2^(24·skipped), all but a below 2^24.
    left = x * power_of_two(-float(DIGIT * skipped))
    a = float(int(left))
    left = (left - a) * UP
    b = float(int(left))
    left = (left - b) * UP
    c = float(int(left))
    d = (left - c) * UP
    # The product's digits from the last to that of 1, each the sum of four products below 2^49;
    # what is more than half of 2^24 is carried. Higher ones are multiples of 2^24.
    last = skipped + PLACES + 2
    second, third, fourth = DIGITS[last - 1], DIGITS[last - 2], DIGITS[last - 3]
    first, carry = DIGITS[last], 0.0
    one = two = three = four = five = six = 0.0
    for place in range(PLACES, 0, -1):
        total = a * first + b * second + c * third + d * fourth + carry
        carry = (total * DOWN + ROUND) - ROUND
        one, two, three, four, five, six = total - carry * UP, one, two, three, four, five
        first, second, third = second, third, fourth
        fourth = DIGITS[skipped + place - 2] if skipped + place >= 2 else 0.0
    quarters = a * first + b * second + c * third + d * fourth + carry
    # |part + rest| ≤ ½, each pair of digits exact.
    upper, lower = (one * UP + two) * (DOWN * DOWN), (three * UP + four) * (DOWN * DOWN)
    lower = lower * (DOWN * DOWN)
    part = upper + lower
    rest = lost_in_sum(upper, lower, part)
    rest = rest + (five * UP + six) * (DOWN * DOWN) * (DOWN * DOWN) * (DOWN * DOWN)
    sum_ = part + rest
    rest = rest - (sum_ - part)
    r = sum_ * HALF_PI
    more = lost_in_product(sum_, HALF_PI, r) + (sum_ * HALF_PI_LOW + rest * HALF_PI)
    result = r + more
    return int(quarters) & 3, result, more - (result - r)
