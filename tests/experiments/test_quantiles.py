"""Quantiles against NumPy's, and where NumPy has none."""

from math import inf, nan

import numpy as np
import pytest

from optplay.experiments.quantiles import QUARTILES, quantiles

FRACTIONS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


@pytest.mark.parametrize("n", [*range(1, 41), 999])
def test_as_numpy_has_definition_2(n):
    values = np.random.default_rng(n).normal(size=(3, n))
    expected = np.quantile(values, FRACTIONS, axis=-1, method="averaged_inverted_cdf")
    np.testing.assert_allclose(quantiles(values, FRACTIONS), expected, rtol=1e-14)
    np.testing.assert_array_equal(quantiles(values, [0.5])[0], np.median(values, axis=-1))


def test_infinity_is_a_value_and_nan_is_none():
    assert quantiles([1, 2, inf, inf, nan], QUARTILES).tolist() == [1.5, inf, inf]
    assert quantiles([-inf, nan, -inf], QUARTILES).tolist() == [-inf] * 3
    assert quantiles([1e308, 1.5e308], [0.5])[0] == 1.25e308
    assert np.isnan(quantiles([nan], QUARTILES)).all()
    assert np.isnan(quantiles([], QUARTILES)).all()
    assert quantiles(np.empty((0, 3)), QUARTILES).shape == (3, 0)
