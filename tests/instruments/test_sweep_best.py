"""What a sweep says: medians, the best value, and its good range."""

from math import inf, log10, nan

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.experiments.claims import side
from optplay.experiments.preset import Run
from optplay.instruments.sweep.axes import SweptKey
from optplay.instruments.sweep.best import best, confirmation, over_seeds
from optplay.instruments.sweep.measure import SWEPT, Sweep, SweepResults, stream_sweep
from optplay.problems import Problem
from optplay.training import RunConfig, train

RATES = (0.001, 0.01, 0.1, 1.0)


def results(losses, *, axes=None, metric="final_loss", outcomes=None):
    """The results of one run, (values of each axis, seeds), made up."""
    losses = np.array(losses, dtype=float)[np.newaxis]
    axes = axes or (SweptKey("lr", RATES[: losses.shape[1]], log=True),)
    config = RunConfig(problem=Problem(samples=10, hidden=(2,)), epochs=1)
    sweep = Sweep((Run(label="A", config=config),), tuple(range(losses.shape[-1])), axes)
    metrics = {name: np.full(sweep.shape, nan) for name in SWEPT} | {metric: losses}
    kinds = np.zeros(sweep.shape, np.int8) if outcomes is None else np.array(outcomes)[np.newaxis]
    return SweepResults(sweep, metrics, kinds, 0)


values = st.one_of(st.floats(0, 100), st.sampled_from([inf, nan]))


@given(st.lists(st.lists(values, min_size=7, max_size=7), min_size=2, max_size=4))
def test_medians_and_quartiles_are_those_of_claims(rows):
    found = over_seeds(results(rows), "final_loss")
    for at, row in enumerate(rows):
        one = side(row)
        expected = [one.median, one.low, one.high]
        assert np.array_equal([part[0, at] for part in found], expected, equal_nan=True)


@given(
    st.lists(
        st.lists(st.floats(0, 100), min_size=8, max_size=8), min_size=2, max_size=4
    )
)  # fmt: skip
def test_medians_and_quartiles_are_those_of_numpy(rows):
    median, low, high = over_seeds(results(rows), "final_loss")
    np.testing.assert_allclose(median[0], np.median(rows, axis=1))
    for part, at in ((low, 0.25), (high, 0.75)):
        expected = np.quantile(rows, at, axis=1, method="averaged_inverted_cdf")
        np.testing.assert_allclose(part[0], expected, atol=1e-300)


def test_seeds_not_made_yet_are_left_out():
    median, low, high = over_seeds(results([[1, nan, 3], [nan] * 3]), "final_loss")
    assert (median[0, 0], low[0, 0], high[0, 0]) == (2, 1, 3)
    assert np.isnan([median[0, 1], low[0, 1], high[0, 1]]).all()


def test_the_lowest_median_is_best():
    found = best(results([[9, 1, 9], [2, 3, 4], [1, 8, 9], [inf] * 3]), 0)
    assert (found.at, found.values) == ((1,), (0.01,))
    assert (found.side.median, found.side.low, found.side.high) == (3, 2, 4)


def test_of_equal_ones_the_lowest_value_is_best():
    assert best(results([[5.0], [2.0], [2.0], [2.0]]), 0).values == (0.01,)


def test_of_the_accuracy_the_highest_is_best():
    found = results([[0.7], [0.9], [0.85], [-inf]], metric="final_accuracy")
    assert best(found, 0, "final_accuracy").values == (0.01,)
    assert best(found, 0, "final_accuracy").good == ((0.01, 0.1),)


@pytest.mark.parametrize("losses", [[[inf], [inf]], [[nan], [nan]], [[inf, inf, 1]] * 2])
def test_nowhere_finite_is_nowhere_best(losses):
    assert best(results(losses), 0) is None


@pytest.mark.parametrize(
    ("losses", "good", "ends"),
    [
        ([5, 1, 5, 5], (0.01, 0.01), (False, False)),
        ([1.09, 1, 1.09, 5], (0.001, 0.1), (True, False)),
        ([5, 1, 1.1, 1.1], (0.01, 1.0), (False, True)),
        ([5, 1, 1.11, 1.05], (0.01, 0.01), (False, False)),  # a gap ends it
        ([1, 5, 1, 1], (0.001, 0.001), (True, False)),
        ([inf, 1, nan, 1], (0.01, 0.01), (False, False)),
        ([0, 0, 1e-9, 1], (0.001, 0.01), (True, False)),
    ],
)
def test_the_good_range_is_what_is_within_a_tenth_without_a_gap(losses, good, ends):
    found = best(results([[loss] for loss in losses]), 0)
    assert found.good == (good,)
    assert found.ends == (ends,)
    assert found.factor == pytest.approx(good[1] / good[0])
    assert found.decades == pytest.approx(log10(good[1] / good[0]))


def test_a_range_that_starts_at_zero_has_no_factor():
    axes = (SweptKey("warmup", (0.0, 0.1), log=False),)
    found = best(results([[1], [1]], axes=axes), 0)
    assert found.good == ((0.0, 0.1),)
    assert np.isnan([found.factor, found.decades]).all()


def test_of_two_knobs_each_range_is_taken_with_the_other_at_its_best():
    axes = (SweptKey("lr", (0.1, 1.0), log=True), SweptKey("l2", (1.0, 2.0, 3.0), log=True))
    found = best(results([[[9], [9], [1.0]], [[9], [1.05], [1.01]]], axes=axes), 0)
    assert (found.at, found.values) == ((0, 2), (0.1, 3.0))
    assert found.good == ((0.1, 1.0), (3.0, 3.0))
    assert found.ends == ((True, True), (False, True))


def test_outcomes_are_counted_at_the_best():
    outcomes = [[0, 0, 0], [0, 1, 2], [2, 2, 2]]
    found = best(results([[5] * 3, [1, 1, inf], [inf] * 3], outcomes=outcomes), 0)
    assert found.outcomes == {"trained": 1, "collapsed": 1, "diverged": 1}


def test_the_best_is_confirmed_on_seeds_that_did_not_choose_it():
    config = RunConfig(problem=Problem(samples=10, hidden=(2,)), epochs=2)
    runs = (Run(label="A", config=config), Run(label="B", config=config))
    swept = [*stream_sweep(Sweep(runs, (2, 5), (SweptKey("lr", RATES, log=True),)))][-1]
    swept.metrics["final_loss"].flags.writeable = True
    swept.metrics["final_loss"][1] = inf
    again = confirmation(swept)
    assert (again.labels, again.seeds, again.shape) == (("A",), (6, 7), (1, 2))
    lr = best(swept, 0).values[0]
    alone = [
        train(
            RunConfig(problem=config.problem, hyperparameters={"lr": lr}, epochs=2, seed=seed)
        )["loss"][-1]
        for seed in (6, 7)
    ]  # fmt: skip
    assert [*stream_sweep(again)][-1].metrics["final_loss"].tolist() == [alone]
    swept.metrics["final_loss"][0] = nan
    assert confirmation(swept) is None
