"""Braille lines and contours."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from optplay.plots.dots import braille, contour, stroke

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, 1.0, 1e300, -1e300, 5e-324]
COORDINATE = st.one_of(st.floats(-0.5, 1.5), st.sampled_from(SPECIAL))


def text(dots: np.ndarray) -> list[str]:
    return ["".join(map(chr, row)) for row in braille(dots).tolist()]


def test_a_character_has_the_dots_of_its_cell() -> None:
    dots = np.zeros((4, 6), dtype=bool)
    dots[0, 0] = dots[3, 3] = dots[:, 4] = True
    assert text(dots) == ["⠁⢀⡇"]


def test_a_line_goes_from_corner_to_corner() -> None:
    ends = np.array([0.0, 1.0])
    assert text(stroke(ends, ends, 4, 2)) == ["⠀⠀⡠⠊", "⡠⠊⠀⠀"]
    assert text(stroke(ends, ends[::-1], 4, 2)) == ["⠑⢄⠀⠀", "⠀⠀⠑⢄"]


def test_a_line_is_cut_at_the_edge_where_it_leaves() -> None:
    """The part within is that of the same line drawn to the edge only."""
    inner = stroke(np.array([0.5, 1.0]), np.array([0.5, 0.75]), 20, 10)
    outer = stroke(np.array([0.5, 3.0]), np.array([0.5, 1.75]), 20, 10)
    assert np.array_equal(inner, outer)
    across = stroke(np.array([-1.0, 2.0]), np.array([0.5, 0.5]), 20, 10)
    assert across.sum(axis=1).max() == 40
    assert not stroke(np.array([-1.0, 2.0]), np.array([2.0, 1.5]), 20, 10).any()


def test_what_is_not_finite_leaves_a_gap() -> None:
    x = np.array([0, 0.2, np.nan, 0.6, 1.0])
    row = stroke(x, np.zeros(5), 20, 1)[-1]
    assert np.array_equal(np.flatnonzero(~row), np.arange(9, 23))


def test_one_point_is_a_dot_and_none_is_nothing() -> None:
    assert stroke(np.array([0.5]), np.array([0.5]), 3, 3).sum() == 1
    lone = np.array([0.1, np.nan, 0.5, np.nan, 0.9, 0.9])
    assert stroke(lone, np.zeros(6), 10, 1).sum() == 3
    assert not stroke(np.array([2.0]), np.array([0.5]), 3, 3).any()
    assert not stroke(np.empty(0), np.empty(0), 3, 3).any()


@given(
    st.lists(st.tuples(COORDINATE, COORDINATE), max_size=30), st.integers(1, 30), st.integers(1, 20)
)
@settings(max_examples=150, deadline=None)
def test_any_path_is_connected_dots_within(
    points: list[tuple[float, float]], columns: int, rows: int
) -> None:
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        dots = stroke(x, y, columns, rows)
    assert dots.shape == (4 * rows, 2 * columns)
    inside = (np.abs(x - 0.5) <= 0.5) & (np.abs(y - 0.5) <= 0.5)
    for place in zip(x[inside], y[inside], strict=True):
        across, up = (round(at * (size - 1)) for at, size in zip(place, dots.T.shape, strict=True))
        near = dots[::-1][max(up - 1, 0) : up + 2, max(across - 1, 0) : across + 2]
        assert near.any()


def test_many_segments_are_drawn_as_few_are() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.random((2, 1500))
    one_by_one = np.zeros((40, 60), dtype=bool)
    for at in range(0, 1499, 100):
        one_by_one |= stroke(x[at : at + 101], y[at : at + 101], 30, 10)
    both = stroke(x, y, 30, 10), one_by_one
    # A segment that is walked from its other end may round a half the other way.
    assert (both[0] != both[1]).mean() < 0.01


def test_a_contour_runs_where_the_field_has_the_value() -> None:
    across, down = np.meshgrid(np.arange(30), np.arange(20))
    x, y = (across + 0.5) / 15 - 1, (down + 0.5) / 10 - 1
    row, column = np.nonzero(contour(np.hypot(x, y), 0.7))
    radius = np.hypot((column + 0.5) / 30 - 1, (row + 0.5) / 20 - 1)
    assert radius == pytest.approx(0.7, abs=0.06)
    angles = np.sort(np.arctan2((row + 0.5) / 20 - 1, (column + 0.5) / 30 - 1))
    assert np.diff(angles).max() < 0.2  # it is closed


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8)),
    st.floats(-1e300, 1e300),
)
@settings(max_examples=100, deadline=None)
def test_any_field_has_a_contour(values: np.ndarray, level: float) -> None:
    dots = contour(values, level)
    assert dots.shape == (2 * values.shape[0], 2 * values.shape[1])
    known = values[np.isfinite(values)]
    if known.size and (known.min() >= level or known.max() < level):
        assert not dots.any()
