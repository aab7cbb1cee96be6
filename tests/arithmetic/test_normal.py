"""Normal draws."""

import math
import subprocess
import sys
from random import Random

import pytest

from optplay.arithmetic import Gauss


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


def test_numba_is_not_imported_for_plain_numbers():
    code = "import sys, optplay.arithmetic; print('numba' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
