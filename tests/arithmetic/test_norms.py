"""Lengths of vectors."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.arithmetic.norms import norm, norms

floats = st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-9)


@given(st.lists(floats, max_size=40), st.integers(-900, 900))
def test_they_are_as_numpys_without_its_limits(values, exponent):
    vector = np.array(values)
    expected = np.ldexp(np.linalg.norm(vector), exponent)
    assert norm(np.ldexp(vector, exponent)) == pytest.approx(expected, rel=1e-15)


def test_a_row_is_as_alone():
    rows = np.random.default_rng(0).normal(size=(2, 3, 17))
    assert norms(rows).shape == (2, 3)
    assert norms(rows)[1, 2] == norm(rows[1, 2])
    assert norm(np.array([3.0, 4.0])) == 5.0
    assert norm(np.zeros(0)) == norm(np.zeros(3)) == 0.0


def test_what_is_not_finite():
    assert norm(np.array([1.0, -np.inf])) == np.inf
    assert np.isnan(norm(np.array([1.0, np.nan])))
    assert norm(np.full(4, 1e308)) == np.inf
