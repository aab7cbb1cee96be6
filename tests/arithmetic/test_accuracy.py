"""The functions against mpmath's."""

import math

import mpmath
import pytest
from hypothesis import given, settings, strategies as st

import optplay.arithmetic as arithmetic
from optplay.arithmetic import log10, power

from .numbers import any_float, around, of_every_exponent, signed, spread, ulps

LN2 = math.log(2)
HALF_PI = math.pi / 2
# Kahan's: no float is nearer to a multiple of π/2.
WORST = float.fromhex("0x1.6ac5b262ca1ffp+849")
TURNS = [
    *around([k * HALF_PI for k in (0.5, *range(1, 30), 1000, 2**20 / HALF_PI, 10**6, 10**9)]),
    *around([(k + 0.5) * HALF_PI for k in range(20)]),
    *(10.0**e for e in range(-5, 308, 2)),
    *(float(x) for x in range(1, 200)),
    WORST, 2 * WORST, math.nextafter(WORST, 0), 2.0**20, 2.0**1023,
]  # fmt: skip

# Where a function's text takes another way, and its most common range.
POINTS = {
    "exp": around([
        -745.2, -745.13321910194122, -708.39641853226408, 709.782712893384,
        *(k * LN2 / 2 for k in (*range(-2149, 2048, 97), -1, 1, 3, 2047)),
    ]) + spread(-40, 40) + spread(-750, 710) + spread(-750, -707),
    "log": around([1.0, 2.0, 0.5, math.sqrt(0.5), math.sqrt(2), 3e-308])
    + spread(0, 2) + spread(0.5, 0.8) + [1 + x for x in spread(-1e-6, 1e-6)],
    "log1p": around([
        1.0, -0.5, math.sqrt(0.5) - 1, math.sqrt(2) - 1, 1.2e-16, 2.3e-16, -1.0, 2.0**53, 2.0**99,
    ]) + spread(0, 1) + spread(-1, 1) + spread(0.3, 0.5) + spread(-1e-15, 1e-15),
    "tanh": signed(around([0.62, 1.3, LN2 / 4, 3 * LN2 / 4, 18.7, 19.06, 22.0]))
    + spread(-3, 3) + spread(0.5, 0.75) + spread(-20, 20),
    "sin": signed(TURNS) + spread(-7, 7) + spread(-5000, 5000) + spread(-1e6, 2e6),
    "cos": signed(TURNS) + spread(-7, 7) + spread(-5000, 5000) + spread(-1e6, 2e6),
    "log10": around([1.0, 0.1, 10.0, math.sqrt(0.5), math.sqrt(2)]) + spread(0, 20),
}  # fmt: skip
LOWEST = {"log": 0.0, "log1p": -1.0, "log10": 0.0}
# Those of a part of the numbers: from where to where, the most ulps that they tell of, and points.
PARTIAL = {
    "exp_of_negative": (-708.0, 0.0, 0.8, around([
        -708.0, 0.0, *(k * LN2 / 2 for k in (*range(-2042, -3, 37), -3, -2, -1)),
    ]) + spread(-2, 0, 5000) + spread(-40, 0, 5000) + spread(-708, 0) + spread(-1e-15, 0)),
    "log1p_of_fraction": (0.0, 1.0, 1.0, around([
        math.sqrt(2) - 1, math.sqrt(0.5), 0.0, 1.0, 0.5, 2.0**-52, 2.0**-53,
    ]) + spread(0, 1, 5000) + spread(0.3, 0.5, 5000) + spread(0, 1e-15) + spread(0, 1e-300)),
}  # fmt: skip


def tried(name):
    """The points of a function of a part of the numbers, and some of each size there."""
    low, high, _, points = PARTIAL[name]
    return [x for x in points + of_every_exponent() if low <= x <= high]


def true_value(name, x):
    # exp of a huge number would be a number of as many digits.
    if name == "exp" and abs(x) > 1000:
        return mpmath.inf if x > 0 else mpmath.mpf(0)
    return getattr(mpmath, name)(mpmath.mpf(x))


def error(name, x):
    with mpmath.workprec(130):
        return ulps(getattr(arithmetic, name)(x), true_value(name, x))


@pytest.mark.parametrize("name", POINTS)
def test_a_value_is_within_an_ulp_of_the_true_one(name):
    tried = [x for x in POINTS[name] + of_every_exponent() if x > LOWEST.get(name, -math.inf)]
    error_, worst = max((error(name, x), x) for x in tried)
    assert error_ < 1, worst.hex()


@pytest.mark.parametrize("name", POINTS)
@given(x=any_float)
@settings(max_examples=100)
def test_a_value_of_any_bits_is_within_an_ulp_of_the_true_one(name, x):
    if math.isfinite(x) and x > LOWEST.get(name, -math.inf):
        assert error(name, x) < 1


def partial_error(name, x):
    with mpmath.workprec(130):
        return ulps(getattr(arithmetic, name)(x), true_value(name.partition("_of_")[0], x))


@pytest.mark.parametrize("name", PARTIAL)
def test_a_value_is_as_near_the_true_one_as_it_says(name):
    error_, worst = max((partial_error(name, x), x) for x in tried(name))
    assert error_ < PARTIAL[name][2], worst.hex()


@given(share=st.floats(0, 1))
@settings(max_examples=200)
@pytest.mark.parametrize("name", PARTIAL)
def test_any_value_is_as_near_the_true_one_as_it_says(name, share):
    low, high, most, _ = PARTIAL[name]
    assert partial_error(name, low + (high - low) * share) < most


def test_the_edges_of_functions_of_a_part_of_the_numbers():
    exp_of_negative, log1p_of_fraction = arithmetic.exp_of_negative, arithmetic.log1p_of_fraction
    assert [exp_of_negative(x) for x in (0.0, -0.0, -5e-324, -(2.0**-54))] == [1.0] * 4
    assert exp_of_negative(-708.0) > 2.0**-1022
    below = [math.nextafter(-708.0, -math.inf), -709.0, -745.0, -1e300, -math.inf]
    assert [exp_of_negative(x) for x in below] == [0.0] * 5
    assert log1p_of_fraction(0.0) == 0.0
    tiny = [5e-324, 1e-310, math.nextafter(2.0**-1022, 0), 2.0**-1022, 2.0**-60]
    assert [log1p_of_fraction(x) for x in tiny] == tiny
    assert log1p_of_fraction(1.0) == LN2
    for function in (exp_of_negative, log1p_of_fraction):
        assert math.isnan(function(math.nan))


def power_error(base, y):
    with mpmath.workprec(130):
        exponent = mpmath.mpf(y) * mpmath.log(mpmath.mpf(base))
        if abs(exponent) > 1000:
            true = mpmath.inf if exponent > 0 else mpmath.mpf(0)
        else:
            true = mpmath.exp(exponent)
        return ulps(power(base, y), true)


BASES = [0.9, 0.99, 0.999, 0.9999, 0.5, 2.0, 10.0, 3e-310, 1e300, 1 - 2.0**-53, 1 + 2.0**-52]


@pytest.mark.parametrize("base", BASES)
def test_a_power_is_within_an_ulp_of_the_true_one(base):
    # To the last of these the power is about the largest or the least number.
    most = 744 / abs(math.log(base))
    tried = [*signed(range(200)), *spread(-2, 2, 100), *spread(-most, most, 500)]
    assert max(power_error(base, y) for y in tried) < 1


@given(base=st.floats(0, exclude_min=True, allow_infinity=False), y=any_float)
@settings(max_examples=200)
def test_a_power_of_any_bits_is_within_an_ulp_of_the_true_one(base, y):
    if math.isfinite(y):
        assert power_error(base, y) < 1


@given(base=st.floats(0, allow_infinity=False))
@settings(max_examples=100)
def test_a_first_power_is_the_base(base):
    assert power(base, 1.0) == base
    assert power(base, 0.0) == 1.0


def test_powers_that_are_numbers_are_exact():
    for base in range(1, 60):
        for y in range(20):
            if base**y < 2**53:
                assert power(float(base), float(y)) == base**y
                assert power(float(base**y), 1.0) == base**y
                assert power(float(base * base), y / 2) == base**y
    assert [power(2.0, float(k)) for k in range(-1074, 1024)] == [
        2.0**k for k in range(-1074, 1024)
    ]


def test_the_logarithm_of_a_power_of_ten_is_whole():
    assert [log10(float(f"1e{k}")) for k in range(-307, 309)] == list(range(-307, 309))
