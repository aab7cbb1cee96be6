"""Where the weights start."""

from itertools import pairwise
from math import sqrt
from random import Random

import numpy as np
import pytest

from optplay.problems import Problem


def drawn(draw, hidden, seed):
    """Weights layer by layer and row by row, biases zero."""
    random, sizes, parameters = Random(seed), [2, *hidden, 1], []
    for fan_in, fan_out in pairwise(sizes):
        for _ in range(fan_out):
            for _ in range(fan_in):
                parameters.append(draw(random, fan_in, fan_out))
        parameters += [0.0] * fan_out
    return parameters


DRAWS = {
    "normal": lambda r, i, o: r.gauss(0, 0.7),
    "uniform": lambda r, i, o: r.uniform(-0.7, 0.7),
    "xavier": lambda r, i, o: r.uniform(-sqrt(6 / (i + o)), sqrt(6 / (i + o))),
    "kaiming": lambda r, i, o: r.gauss(0, sqrt(2 / i)),
    "zeros": lambda r, i, o: 0.0,
}


@pytest.mark.parametrize("init", DRAWS)
@pytest.mark.parametrize("hidden", [[], [8], [3, 4, 2]])
def test_weights_start_as_the_lesson_draws_them(init, hidden):
    problem = Problem(hidden=hidden, init=init, init_scale=0.7)
    weights = problem.initial_weights(5)
    # Python's logarithms and cosines are the C library's, which differ by machine.
    np.testing.assert_array_max_ulp(weights, np.array(drawn(DRAWS[init], hidden, 5)), maxulp=4)
    assert weights.size == problem.parameter_count
    assert (init == "zeros") == np.array_equal(weights, problem.initial_weights(6))


def test_the_lessons_first_weights():
    random = Random(0)
    expected = [random.gauss(0, 0.5) for _ in range(16)]
    np.testing.assert_array_max_ulp(Problem().initial_weights(0)[:16], np.array(expected), maxulp=4)
