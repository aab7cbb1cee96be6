"""Medians and bands over the seeds, also where some have diverged."""

import warnings

import numpy as np
import pytest

from optplay.experiments import QUANTITIES, band
from optplay.training import RECORDED


def test_every_quantity_has_a_look():
    assert set(QUANTITIES) == set(RECORDED)


@pytest.mark.parametrize("seeds", range(1, 12))
def test_median_and_quartiles(history, seeds):
    values = np.random.default_rng(seeds).normal(size=(seeds, 7))
    found = band([history(loss=row) for row in values], "loss")
    if seeds == 1:
        assert (found.low, found.high) == (None, None)
        return
    low, high = np.quantile(values, [0.25, 0.75], axis=0, method="averaged_inverted_cdf")
    np.testing.assert_allclose(found.values, np.median(values, axis=0), rtol=1e-15)
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-15)


def test_only_while_more_than_half_are_alive(history):
    runs = [history(loss=[3, 1]), history(loss=[1], diverged=True), history(loss=[2, 2, 5])]
    found = band(runs, "loss")
    np.testing.assert_array_equal(found.values, [2, 1.5, np.nan])
    np.testing.assert_array_equal(found.low, [1, 1, np.nan])
    np.testing.assert_array_equal(found.high, [3, 2, np.nan])


def test_half_of_the_seeds_is_too_few(history):
    found = band([history(loss=[3, 1]), history(loss=[1], diverged=True)], "loss")
    np.testing.assert_array_equal(found.values, [2, np.nan])


def test_nothing_finite(history):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = band([history(test_loss=[np.nan, np.inf])] * 3, "test_loss")
        assert np.isnan([found.values, found.low, found.high]).all()
        assert band([history(diverged=True)] * 2, "loss").values.size == 0
