"""The top eigenvalue and its eigenvector, against LAPACK's."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.arithmetic.eigen import top_eigen
from optplay.training.eigen import top_eigenvalue, top_eigenvector


def symmetric(kind, n, random):
    a = random.normal(size=(n, n))
    if kind == "of rank 1":
        return np.outer(a[0], a[0])
    if kind == "zero":
        return np.zeros((n, n))
    if kind == "diagonal":
        return np.diag(random.integers(-1, 2, n).astype(float))
    if kind == "of whole numbers":
        a = random.integers(-1, 2, (n, n)).astype(float)
    if kind == "of two eigenvalues":
        q = np.linalg.qr(a)[0]
        a = (q * (np.arange(n) < n // 2)) @ q.T
    if kind == "of all sizes":
        sizes = 10.0 ** random.integers(-12, 1, n)
        a = a * sizes * sizes[:, np.newaxis]
    return a + a.T


KINDS = (
    "any", "of rank 1", "zero", "diagonal", "of whole numbers", "of two eigenvalues",
    "of all sizes",
)  # fmt: skip


@given(st.sampled_from(KINDS), st.integers(1, 40), st.integers(-300, 250), st.integers(0, 999))
def test_they_are_lapacks(kind, n, exponent, seed):
    matrix = symmetric(kind, n, np.random.default_rng(seed))
    expected = np.linalg.eigvalsh(matrix)
    close = 1e-14 * n**0.5 * (np.abs(expected).max() or 1.0)
    scaled = np.ldexp(matrix, exponent)
    top, vector = top_eigenvector(scaled)
    assert top == top_eigenvalue(scaled)
    found = np.ldexp(top, -exponent)
    assert found == pytest.approx(expected[-1], abs=close)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-14)
    assert np.abs(matrix @ vector - found * vector).max() <= 10 * close


def test_a_large_matrix():
    matrix = symmetric("any", 300, np.random.default_rng(1))
    top, vector = top_eigenvector(matrix)
    expected, vectors = np.linalg.eigh(matrix)
    assert top == pytest.approx(expected[-1], rel=1e-13)
    assert abs(vector @ vectors[:, -1]) == pytest.approx(1.0, abs=1e-12)


def test_compiled_code_does_what_the_text_says():
    matrix = symmetric("any", 7, np.random.default_rng(2)) / 8
    vector = np.zeros(7)
    top = top_eigen(matrix.copy(), *np.zeros((3, 7)), vector)
    assert top == top_eigenvalue(matrix)


@pytest.mark.parametrize("entry", [np.nan, np.inf])
def test_what_is_not_finite_has_none(entry):
    assert np.isnan(top_eigenvalue(np.array([[1.0, entry], [entry, 1.0]])))
