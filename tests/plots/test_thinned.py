"""Series cut to what the columns of a chart can show."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.plots import Series
from optplay.plots.thinned import Thinned
from optplay.plots.ticks import Axis

VALUES = st.lists(
    st.one_of(st.floats(width=64), st.sampled_from([np.nan, np.inf, 0.0])), max_size=200
)


def thinned(series: Series, columns: int, low: float, high: float) -> Thinned:
    result = Thinned(Axis(low, high, ()), columns)
    result.take(series)
    return result


@given(VALUES, st.integers(1, 20))
def test_keeps_each_columns_extremes_in_order(values: list[float], columns: int) -> None:
    y = np.array(values)
    size = max(y.size - 1, 1)
    found = thinned(Series("a", y, first=0), columns, 0, size)
    at = np.rint(found.x * size).astype(int)
    assert np.all(np.diff(at) > 0)
    assert np.array_equal(found.y, y[at])
    gaps = np.cumsum(~np.isfinite(y))
    where = np.clip(np.arange(y.size) / size * columns, 0, columns - 1).astype(int)
    for gap, column in {*zip(gaps[np.isfinite(y)], where[np.isfinite(y)], strict=True)}:
        original = y[np.isfinite(y) & (gaps == gap) & (where == column)]
        kept = found.y[(found.gaps == gap) & (where[at] == column)]
        assert len(kept) <= 2
        assert (kept.min(), kept.max()) == (original.min(), original.max())


@given(VALUES, st.lists(st.integers(0, 200), max_size=8), st.integers(1, 20))
def test_what_grows_comes_to_the_same(values: list[float], ends: list[int], columns: int) -> None:
    y = np.array(values)
    for low, high in ((1, 150), (40, 60)):
        growing = Thinned(Axis(low, high, ()), columns)
        for end in (*sorted(ends), y.size):
            growing.take(Series("a", y[:end]))
            # Another array in its place: no memory is shared.
            whole = thinned(Series("a", y[:end].copy()), columns, low, high)
            for name in ("x", "y"):
                assert np.array_equal(getattr(growing, name), getattr(whole, name))
            steps = [np.diff(each.gaps) > 0 for each in (growing, whole)]
            assert np.array_equal(*steps)


def test_what_has_grown_is_looked_at_from_its_last_column_on() -> None:
    y = np.linspace(0, 1, 1000)
    found = Thinned(Axis(1, 1000, ()), 10)
    found.take(Series("a", y[:500]))
    y[:400] = 99  # never again looked at
    found.take(Series("a", y))
    assert found.y.max() == 1


def test_other_values_take_the_place_of_the_last() -> None:
    found = thinned(Series("a", [1.0, 2.0, 3.0]), 10, 1, 3)
    found.take(Series("a", [5.0, 6.0, 7.0]))
    assert found.y.tolist() == [5, 6, 7]
    found.take(Series("a", [5.0]))
    assert found.y.tolist() == [5]


def test_a_long_series_is_cut_to_two_points_per_column() -> None:
    wave = np.sin(np.arange(10_000.0))
    found = thinned(Series("a", wave), 50, 1, 10_000)
    assert found.x.size == 100
    assert (found.y.min(), found.y.max()) == (wave.min(), wave.max())


def test_of_what_lies_outside_the_neighbours_are_kept() -> None:
    found = thinned(Series("a", np.arange(1.0, 101)), 10, 20.5, 22.5)
    assert found.y.tolist() == [20, 21, 22, 23]
    assert found.shown.tolist() == [21, 22]


def test_points_are_taken_in_order_of_x_and_without_those_that_have_none() -> None:
    found = thinned(Series("a", [30, 99, 10, 99, 20], [3, np.nan, 1, np.inf, 2]), 10, 0, 4)
    assert (found.x * 4).tolist() == [1, 2, 3]
    assert found.y.tolist() == [10, 20, 30]
    assert len(set(found.gaps)) == 1


@pytest.mark.parametrize("y", [[], [np.nan], [np.inf, -np.inf]])
def test_nothing_finite_gives_no_points(y: list[float]) -> None:
    assert thinned(Series("a", y), 10, 0, 5).y.size == 0
