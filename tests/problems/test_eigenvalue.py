"""The largest eigenvalue, against numpy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optplay.analysis.curvature import SMALL, top_eigenvalue
from optplay.problems import eigenvalue
from optplay.training.compilation import compiled_top_eigenvalue


def by(function, matrix):
    room = np.full((2, len(matrix)), np.nan)
    return function(np.array(matrix, dtype=float), *room)


def spectrum(values, seed):
    """A symmetric matrix with these eigenvalues, in directions by chance."""
    n = len(values)
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))
    matrix = q @ np.diag(values) @ q.T
    return (matrix + matrix.T) / 2


numbers = st.floats(-1, 1) | st.sampled_from([0.0, 1.0, -1.0, 1e-8, 1e-300])


@pytest.mark.parametrize("function", [compiled_top_eigenvalue(), eigenvalue.top_eigenvalue])
@given(
    st.lists(numbers, min_size=1, max_size=12),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 1e-200, 1e200]),
)
def test_it_is_the_largest_of_the_spectrum(function, values, seed, scale):
    matrix = spectrum(values, seed) * scale
    size = max(map(abs, values)) * scale
    expected = np.linalg.eigvalsh(matrix)[-1]
    assert by(function, matrix) == pytest.approx(expected, abs=1e-13 * size, rel=1e-13)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ([[-3]], -3),
        ([[0]], 0),
        (np.zeros((5, 5)), 0),
        (-np.eye(4), -1),
        ([[0, 1], [1, 0]], 1),
        (np.diag([2.0, -7, 5]), 5),
        (np.ones((6, 6)), 6),
        (np.full((3, 3), -1.0), 0),
    ],
)
def test_known_answers(matrix, expected):
    for function in (compiled_top_eigenvalue(), eigenvalue.top_eigenvalue):
        assert by(function, matrix) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("n", [33, 65, SMALL, SMALL + 1])
def test_matrices_of_any_size_are_left_as_they_are(n):
    matrix = spectrum(np.linspace(-2, 3, n), n)
    before = matrix.copy()
    assert top_eigenvalue(matrix) == pytest.approx(3, rel=1e-12)
    assert np.array_equal(matrix, before)
