"""The histogram."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from optplay.plots import MARKERS, histogram_picture, run_color

from .screen import BRAILLE, ESCAPE, assert_size, rows_of

VALUE = st.one_of(
    st.floats(width=64), st.sampled_from([np.nan, np.inf, 0.0, 5e-324, 1e300, -1e300])
)


@st.composite
def distributions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    bins, runs = draw(st.integers(0, 30)), draw(st.integers(1, 3))
    size = runs * bins
    counts = draw(st.lists(VALUE, min_size=size, max_size=size))
    edges = draw(st.lists(st.floats(allow_nan=False), min_size=bins + 1, max_size=bins + 1))
    return np.array(counts).reshape(runs, bins), np.sort(edges)


@given(distributions(), st.integers(10, 200), st.integers(4, 60), st.booleans(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_data_fills_exactly_the_given_cells(
    data: tuple[np.ndarray, np.ndarray], width: int, height: int, log_x: bool, color: bool
) -> None:
    chart = histogram_picture(*data, width=width, height=height, log_x=log_x, color=color).text()
    assert_size(chart, width, height)
    assert color or "\x1b" not in chart


def test_one_distribution_is_an_area_as_high_as_its_counts() -> None:
    rows = rows_of(
        histogram_picture([10, 0, 5, 20], [0, 1, 2, 3, 4], width=43, height=12, color=False).text()
    )
    columns = ["".join(column) for column in zip(*(row[3:] for row in rows[:10]), strict=True)]
    heights = [sum(bool(BRAILLE.match(c)) for c in columns[at]) for at in (5, 15, 25, 35)]
    assert heights == [5, 0, 3, 9]
    assert rows[1].startswith("20┤")
    assert rows[-1].split() == ["0", "2", "4"]


def test_the_text_is_that_of_the_picture() -> None:
    picture = histogram_picture([1, 2, 3], [1, 10, 100, 1000], width=40, height=10, log_x=True)
    assert (
        picture.text()
        == histogram_picture([1, 2, 3], [1, 10, 100, 1000], width=40, height=10, log_x=True).text()
    )
    assert (picture.x_low, picture.x_high, picture.log_x) == (0, 3, True)
    assert picture.column(1000.0) == 39


def test_no_run_hides_another_where_both_are_zero() -> None:
    """Each outline is drawn where it rises only, and both ends of its foot are."""
    counts = [[0, 5, 0, 0, 0], [0, 0, 0, 5, 0]]
    picture = histogram_picture(counts, np.arange(6), width=62, height=12)
    foot = picture.rows[9]
    inks = [ink for text, ink in foot for _ in text]
    first, second = (
        [at for at, ink in enumerate(inks) if ink == run_color(index)] for index in (0, 1)
    )
    assert max(first) < min(second)
    assert min(second) - max(first) == pytest.approx(12, abs=2)


def test_a_narrow_bin_is_not_lost() -> None:
    chart = histogram_picture(
        [1, 100, 1], [0, 50, 50.001, 100], width=30, height=10, color=False
    ).text()
    assert BRAILLE.search(rows_of(chart)[1])


def test_log_edges_get_powers_of_ten() -> None:
    edges = np.logspace(-4, 0, 9)
    counts = [0, 0, 0, 0, 8, 0, 0, 0]
    chart = histogram_picture(
        counts, edges, width=62, height=10, log_x=True, x_title="gradient"
    ).text()
    rows = rows_of(chart)
    assert rows[-1].split() == ["0.0001", "0.01", "gradient", "1"]
    top = next(row for row in rows if BRAILLE.search(row))
    assert BRAILLE.search(top).start() == pytest.approx(32, abs=1)  # type: ignore[union-attr]


def test_several_distributions_are_told_apart() -> None:
    counts, edges = [[1, 9, 1, 0], [0, 1, 9, 1]], np.arange(5)
    coloured = histogram_picture(counts, edges, width=60, height=14).text()
    for index in (0, 1):
        assert "\x1b[38;2;{};{};{}m".format(*run_color(index)) in coloured
    plain = histogram_picture(counts, edges, width=60, height=14, color=False).text()
    assert not ESCAPE.search(plain)
    assert all(marker in plain for marker in MARKERS[:2])


@pytest.mark.parametrize(
    ("counts", "edges", "log_x"),
    [
        ([], [0], False),
        ([0, 0], [0, 1, 2], False),
        ([np.nan, -3], [0, 1, 2], False),
        ([5], [-1, 1], True),
        ([5], [0, np.inf], False),
        (np.empty((0, 3)), [0, 1, 2, 3], False),
    ],
)
def test_nothing_to_draw_says_so(counts: object, edges: list[float], log_x: bool) -> None:
    chart = histogram_picture(counts, edges, width=30, height=9, log_x=log_x).text()  # type: ignore[arg-type]
    assert_size(chart, 30, 9)
    assert "no data yet" in chart


def test_bins_without_a_place_are_left_out() -> None:
    edges = [-1, 0, 0.1, 1, 10, np.inf]
    chart = histogram_picture([90, 90, 3, 3, 90], edges, width=40, height=10, log_x=True).text()
    assert chart == histogram_picture([3, 3], [0.1, 1, 10], width=40, height=10, log_x=True).text()


@pytest.mark.parametrize(
    ("counts", "edges"),
    [([1, 2], [0, 1]), ([1], [1, 0]), ([[[1]]], [0, 1]), ([1], [[0, 1]])],
)
def test_wrong_input_is_refused(counts: object, edges: object) -> None:
    with pytest.raises(ValueError, match="edges"):
        histogram_picture(counts, edges, width=30, height=9).text()  # type: ignore[arg-type]
