"""Normal draws."""

import math
import subprocess
import sys
from random import Random

import numpy as np
import pytest

from optplay.arithmetic import Gauss, cos, sin
from optplay.arithmetic.normal import BLOCK, FEW
from optplay.arithmetic.reduction import NEAR
from optplay.arithmetic.trigonometric import cosines_and_sines


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 12345])
def test_draws_are_those_of_the_standard_library(seed):
    theirs, ours = Random(seed), Random(seed)
    gauss = Gauss(ours)
    for count in range(10_000):
        expected, found = theirs.gauss(0.0, 1.0), gauss.draw()
        # The angle's sine or cosine, the radius and their product: each may round differently.
        assert abs(found - expected) <= 3 * math.ulp(expected)
        if count % 1000 in (0, 1):
            assert theirs.getstate()[1] == ours.getstate()[1]


def test_the_mean_and_the_deviation_are_set_at_each_draw():
    one, other = Gauss(Random(4)), Gauss(Random(4))
    for k in range(10):
        assert one.draw(k, 0.1 * k) == k + other.draw() * (0.1 * k)


def test_many_draws_are_those_of_as_many_single_ones():
    ours, other = Random(3), Random(3)
    many, single = Gauss(ours), Gauss(other)
    for count in (0, 1, 2, 0, FEW - 1, FEW, FEW + 1, 1001, BLOCK + 1, 3 * BLOCK + FEW, 33):
        sigma = ours.uniform(0.1, 2.0)
        assert sigma == other.uniform(0.1, 2.0)
        expected = np.array([single.draw(0.0, sigma) for _ in range(count)])
        assert many.draws(count, sigma).tobytes() == expected.tobytes()
        assert ours.getstate() == other.getstate()
    assert many.draw(1.0) == single.draw(1.0)


def test_a_spread_of_zero_gives_no_negative_zeros():
    assert Gauss(Random(0)).draws(500, 0.0).tobytes() == np.zeros(500).tobytes()


def test_cosines_and_sines_are_those_of_single_numbers():
    quarters = np.arange(-1300, 1300) * (math.pi / 2)
    near = [quarters, quarters + 1e-3, np.nextafter(quarters, 9e9), quarters - 1e-9]
    xs = np.concatenate([*near, quarters + NEAR, np.linspace(-7, 7, 10_001), [-0.0, 2.0**20 - 1]])
    for function, found in zip((cos, sin), cosines_and_sines(xs), strict=True):
        assert found.tobytes() == np.array([function(x) for x in xs.tolist()]).tobytes()


def test_numba_is_not_imported_for_plain_numbers():
    code = "import sys, optplay.arithmetic; print('numba' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
