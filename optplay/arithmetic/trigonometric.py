"""sin x and cos x, of single numbers; of arrays, both at once."""

from optplay.arithmetic.primitives import INF, NAN, Number
from optplay.arithmetic.reduction import NEAR, by_parts, reduced
from optplay.arrays import Floats, np

QUARTER_PI = float.fromhex("0x1.921fb54442d18p-1")
# fdlibm's, for sin x within a relative 2^-58 and cos x within 2^-58 in |x| ≤ π/4.
S1 = float.fromhex("-0x1.5555555555549p-3")
S2 = float.fromhex("0x1.111111110f8a6p-7")
S3 = float.fromhex("-0x1.a01a019c161d5p-13")
S4 = float.fromhex("0x1.71de357b1fe7dp-19")
S5 = float.fromhex("-0x1.ae5e68a2b9cebp-26")
S6 = float.fromhex("0x1.5d93a5acfd57cp-33")
C1 = float.fromhex("0x1.555555555554cp-5")
C2 = float.fromhex("-0x1.6c16c16c15177p-10")
C3 = float.fromhex("0x1.a01a019cb1590p-16")
C4 = float.fromhex("-0x1.27e4f809c52adp-22")
C5 = float.fromhex("0x1.1ee9ebdb4b1c4p-29")
C6 = float.fromhex("-0x1.8fae9be8838d4p-37")


def sin(x: float) -> float:
    """sin x within 0.8 ulp, for all finite x; NaN for others. One number, with branches.

    x less multiples of π/2 (`reduction`), then fdlibm's polynomials.
    """
    size = abs(x)
    if size <= QUARTER_PI:
        return _sine(x, 0.0)
    if not size < INF:
        return NAN
    quarter, r, more = reduced(x)
    result = _sine(r, more) if quarter % 2 == 0 else _cosine(r, more)
    return -result if quarter >= 2 else result


def cos(x: float) -> float:
    """cos x within 0.8 ulp, for all finite x; NaN for others. One number, with branches."""
    size = abs(x)
    if size <= QUARTER_PI:
        return _cosine(x, 0.0)
    if not size < INF:
        return NAN
    quarter, r, more = reduced(x)
    result = _cosine(r, more) if quarter % 2 == 0 else _sine(r, more)
    return -result if quarter in (1, 2) else result


def cosines_and_sines(x: Floats) -> tuple[Floats, Floats]:
    """cos x and sin x (n,) for |x| < 2^20, to the same bits as `cos` and `sin`."""
    k, short, r, more = by_parts(x)
    quarter = k.astype(np.int64) & 3
    odd = (quarter & 1).astype(bool)
    cosine, sine = _cosine(r, more), _sine(r, more)
    cosines, sines = np.where(odd, sine, cosine), np.where(odd, cosine, sine)
    np.negative(cosines, out=cosines, where=(quarter == 1) | (quarter == 2))
    np.negative(sines, out=sines, where=quarter >= 2)
    for i in np.flatnonzero(abs(short) <= NEAR).tolist():
        cosines[i], sines[i] = cos(float(x[i])), sin(float(x[i]))
    return cosines, sines


def _sine(x: Number, more: Number) -> Number:
    """sin(x + more) for |x| ≤ π/4 and `more` below an ulp of it."""
    z = x * x
    cube = z * x
    tail = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)))
    return x - ((z * (0.5 * more - cube * tail) - more) - cube * S1)


def _cosine(x: Number, more: Number) -> Number:
    """cos(x + more) for |x| ≤ π/4 and `more` below an ulp of it."""
    z = x * x
    tail = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))))
    half = 0.5 * z
    one = 1.0 - half
    return one + (((1.0 - one) - half) + (z * tail - x * more))
