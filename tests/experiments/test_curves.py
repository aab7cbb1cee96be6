"""Medians and bands over the seeds, also where some have diverged."""

import warnings

import numpy as np
import pytest

from optplay.experiments import LOOKS, band, median_curve
from optplay.training import QUANTITIES


def test_every_quantity_has_a_look():
    assert set(LOOKS) == set(QUANTITIES)


@pytest.mark.parametrize("seeds", range(1, 12))
def test_median_and_quartiles(history, seeds):
    values = np.random.default_rng(seeds).normal(size=(seeds, 7))
    found = band([history(loss=row) for row in values], "loss")
    low, high = np.quantile(values, [0.25, 0.75], axis=0, method="inverted_cdf")
    np.testing.assert_allclose(found[0], np.median(values, axis=0), rtol=1e-15)
    np.testing.assert_array_equal(found[1:], (low, high))


def test_only_while_more_than_half_are_alive(history):
    runs = [history(loss=[3, 1]), history(loss=[1], diverged=True), history(loss=[2, 2, 5])]
    median, low, high = band(runs, "loss")
    np.testing.assert_array_equal(median, [2, 1.5, np.nan])
    np.testing.assert_array_equal(low, [1, 1, np.nan])
    np.testing.assert_array_equal(high, [3, 2, np.nan])
    np.testing.assert_array_equal(median_curve(runs, "loss"), median)


def test_half_of_the_seeds_is_too_few(history):
    median, _, _ = band([history(loss=[3, 1]), history(loss=[1], diverged=True)], "loss")
    np.testing.assert_array_equal(median, [2, np.nan])


def test_nothing_finite(history):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for curve in band([history(test_loss=[np.nan, np.inf])] * 3, "test_loss"):
            assert np.isnan(curve).all()
        assert [c.size for c in band([history(diverged=True)], "loss")] == [0, 0, 0]
