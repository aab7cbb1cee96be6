"""Numbers to try functions with, and how far what they give is from the true value."""

import math
import struct
from random import Random

import mpmath
from hypothesis import strategies as st

SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan]
LEAST, LEAST_NORMAL, LARGEST = 5e-324, 2.0**-1022, (2 - 2.0**-52) * 2.0**1023


def from_bits(bits):
    return struct.unpack("<d", bits.to_bytes(8, "little"))[0]


def bits_of(x):
    """The 64 bits of a float, one kind of NaN for all."""
    return struct.pack("<d", math.nan if x != x else x)


any_float = st.one_of(st.integers(0, 2**64 - 1).map(from_bits), st.floats())


def signed(numbers):
    return [sign * x for x in numbers for sign in (1.0, -1.0)]


def of_every_exponent(seed=0):
    random = Random(seed)
    edges = [LEAST, LEAST_NORMAL, math.nextafter(LEAST_NORMAL, 0), LARGEST]
    return signed([*edges, *(2.0**e * random.uniform(1, 2) for e in range(-1074, 1023))])


def around(points):
    """The points, the next floats on both sides, and some that are near."""
    found = []
    for point in points:
        for towards in (-math.inf, math.inf):
            x = point
            for _ in range(4):
                found.append(x)
                x = math.nextafter(x, towards)
        found += [point * (1 + e) for e in (-1e-3, -1e-9, 1e-9, 1e-3)]
    return found


def spread(low, high, count=1000, seed=0):
    random = Random(seed)
    return [random.uniform(low, high) for _ in range(count)]


def ulps(found, true):
    """|found - true| in units of the last place of a float at the true value."""
    true = mpmath.mpf(true)
    if true != true or found != found:
        return 0.0 if true != true and found != found else math.inf
    if abs(true) >= mpmath.mpf(2) ** 1024 - mpmath.mpf(2) ** 970:
        return 0.0 if found == math.copysign(math.inf, true) else math.inf
    if math.isinf(found):
        return math.inf
    exponent = mpmath.frexp(abs(true))[1]
    return float(abs(found - true) / mpmath.ldexp(1, max(exponent - 53, -1074)))
