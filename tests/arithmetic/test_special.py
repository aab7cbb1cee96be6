"""Zeros, infinities, NaN, and where a function's text takes another way."""

import math
from math import inf, nan

import numpy as np
import pytest

import optplay.arithmetic as arithmetic
from optplay.arithmetic import power

from .numbers import LARGEST, LEAST, around, bits_of

VALUES = {
    "exp": [(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (nan, nan), (710.0, inf),
            (LARGEST, inf), (-746.0, 0.0), (-LARGEST, 0.0), (LEAST, 1.0)],
    "log": [(0.0, -inf), (-0.0, -inf), (1.0, 0.0), (inf, inf), (-inf, nan), (nan, nan),
            (-1.0, nan), (-LEAST, nan), (-LARGEST, nan)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -inf), (inf, inf), (-inf, nan), (nan, nan),
              (-1.5, nan), (-LARGEST, nan), (LEAST, LEAST), (-LEAST, -LEAST)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (nan, nan), (LARGEST, 1.0),
             (20.0, 1.0), (LEAST, LEAST), (-LEAST, -LEAST)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (inf, nan), (-inf, nan), (nan, nan), (-LEAST, -LEAST)],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (inf, nan), (-inf, nan), (nan, nan)],
    "log10": [(0.0, -inf), (-0.0, -inf), (1.0, 0.0), (inf, inf), (-inf, nan), (nan, nan),
              (-1.0, nan)],
    "sqrt": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, nan), (nan, nan), (-1.0, nan)],
}  # fmt: skip
POWERS = [
    (2.0, 0.0, 1.0), (2.0, nan, nan), (nan, nan, nan), (1.0, nan, 1.0), (1.0, inf, 1.0),
    (1.0, -inf, 1.0),
    (0.5, inf, 0.0), (0.5, -inf, inf), (2.0, inf, inf), (2.0, -inf, 0.0), (nan, 0.0, 1.0),
    (nan, 2.0, nan), (0.0, 2.0, 0.0), (0.0, -2.0, inf), (0.0, 0.0, 1.0), (0.0, nan, nan),
    (inf, 2.0, inf), (inf, -2.0, 0.0), (-2.0, 2.0, nan), (2.0, 1024.0, inf), (2.0, -1075.0, 0.0),
    (0.5, LARGEST, 0.0), (2.0, LEAST, 1.0), (LARGEST, LARGEST, inf), (LEAST, LARGEST, 0.0),
]  # fmt: skip
# Where the text of a function takes another way.
SEAMS = {
    "exp": [(k + 0.5) * math.log(2) for k in range(-1060, 1020, 13)],
    "log": [2.0**k * math.sqrt(0.5) for k in range(-1070, 1020, 13)] + [2.0**-1022],
    "log1p": [2.0**k * math.sqrt(0.5) - 1 for k in range(-40, 40)] + [2.0**53, 2.0**100],
    "tanh": [0.62, 1.3, 22.0, *((k + 0.5) * math.log(2) / 2 for k in range(60))],
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.filterwarnings("error")
def test_special_values(name):
    function = getattr(arithmetic, name)
    xs, expected = zip(*VALUES[name], strict=True)
    assert [bits_of(function(x)) for x in xs] == [bits_of(value) for value in expected]
    if name not in ("sin", "cos"):
        assert [*map(bits_of, function(np.array(xs)))] == [*map(bits_of, expected)]


# As NumPy's own, of 2^1024, whose logarithm rounds to that of the largest number.
@pytest.mark.filterwarnings("error", "ignore:overflow")
def test_special_powers():
    for base, y, expected in POWERS:
        assert bits_of(power(base, y)) == bits_of(expected), (base, y)
        (found,) = power(np.array([base]), np.array([y]))
        assert bits_of(found) == bits_of(expected), (base, y)


@pytest.mark.parametrize("name", SEAMS)
def test_a_function_does_not_step_back_at_its_seams(name):
    function = getattr(arithmetic, name)
    for seam in SEAMS[name]:
        values = [function(x) for x in sorted(around([seam]))]
        assert values == sorted(values), seam


@pytest.mark.parametrize("name", ["tanh", "sin"])
def test_odd_functions_are_odd(name):
    function = getattr(arithmetic, name)
    for x in (1e-300, 1e-5, 0.3, 0.7, 1.5, 3.0, 20.0, 1e5, 1e22):
        assert function(-x) == -function(x)
