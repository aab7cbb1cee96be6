"""Series and their decimation."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.plots import Series, decimate

VALUES = st.lists(st.floats(width=64), max_size=200)


def test_epochs_count_from_one() -> None:
    x, y = Series("a", [3, 4]).points()
    assert x.tolist() == [1, 2]
    assert y.tolist() == [3, 4]


def test_points_are_copies() -> None:
    values = np.array([1.0, 2.0])
    Series("a", values).points()[1][0] = 9
    assert values[0] == 1


@pytest.mark.parametrize(("values", "x"), [([[1.0]], None), (1.0, None), ([1.0], [1.0, 2.0])])
def test_wrong_shapes_are_refused(values: object, x: object) -> None:
    with pytest.raises(ValueError, match="run 7"):
        Series("run 7", values, x)  # type: ignore[arg-type]


@pytest.mark.parametrize(("low", "high"), [([1.0], None), (None, [1.0]), ([1.0], [1.0, 2.0])])
def test_half_a_band_is_refused(low: object, high: object) -> None:
    with pytest.raises(ValueError, match="run 7"):
        Series("run 7", [1.0], None, 0, low, high)  # type: ignore[arg-type]


@given(VALUES, st.integers(1, 20))
def test_keeps_each_columns_extremes_in_order(values: list[float], columns: int) -> None:
    y = np.array(values)
    x = np.arange(y.size, dtype=float)
    runs = decimate(x, y, columns, limits=(0, max(y.size - 1, 0)))

    finite = np.isfinite(y)
    # The finite stretches of the series, found the slow way.
    stretches, current = [], []
    for index in range(y.size):
        if finite[index]:
            current.append(index)
        elif current:
            stretches, current = [*stretches, current], []
    stretches += [current] if current else []
    assert len(runs) == len(stretches)

    for (run_x, run_y), stretch in zip(runs, stretches, strict=True):
        assert np.all(np.diff(run_x) > 0)
        assert np.array_equal(run_y, y[run_x.astype(int)])
        where = np.clip(x / max(y.size - 1, 1) * columns, 0, columns - 1).astype(int)
        for column in set(where[stretch]):
            original = y[[index for index in stretch if where[index] == column]]
            kept = run_y[where[run_x.astype(int)] == column]
            assert len(kept) <= 2
            assert (kept.min(), kept.max()) == (original.min(), original.max())


def test_a_long_series_is_cut_to_two_points_per_column() -> None:
    wave = np.sin(np.arange(10_000.0))
    ((x, y),) = decimate(np.arange(10_000.0), wave, 50)
    assert x.size == 100
    assert (y.min(), y.max()) == (wave.min(), wave.max())


def test_points_are_taken_in_order_of_x_and_without_those_that_have_none() -> None:
    ((x, y),) = decimate([3, np.nan, 1, np.inf, 2], [30, 99, 10, 99, 20], 10)
    assert x.tolist() == [1, 2, 3]
    assert y.tolist() == [10, 20, 30]


@pytest.mark.parametrize("y", [[], [np.nan], [np.inf, -np.inf]])
def test_nothing_finite_gives_no_runs(y: list[float]) -> None:
    assert decimate(np.arange(len(y)), y, 10) == []


def test_huge_x_does_not_overflow() -> None:
    ((x, _),) = decimate([-1.7e308, 0, 1.7e308], [1, 2, 3], 3)
    assert x.size == 3
