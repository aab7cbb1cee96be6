"""The line chart."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from optplay.plots import MARKERS, Picture, Series, line_picture, run_color
from optplay.plots.palette import Duo, band_color, frame_color

from .screen import BRAILLE, ESCAPE, assert_size, rows_of

HOSTILE = st.one_of(
    st.floats(width=64),
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 5e-324, 1e-310, 1e300, -1e300]),
)
VALUES = st.one_of(
    st.lists(HOSTILE, max_size=40),
    st.builds(lambda value, size: [value] * size, HOSTILE, st.integers(0, 400)),
)
FALLING = Series("falling", np.linspace(1, 0, 50))
RISING = Series("rising", np.linspace(0, 1, 50), color_index=1)


def escape(color: tuple[int, int, int]) -> str:
    return "\x1b[38;2;{};{};{}m".format(*color)


def braille_rows(chart: str) -> list[int]:
    return [number for number, row in enumerate(rows_of(chart)) if BRAILLE.search(row)]


@given(
    st.lists(VALUES, max_size=4),
    st.integers(10, 200),
    st.integers(4, 60),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_data_fills_exactly_the_given_cells(
    values: list[list[float]],
    width: int,
    height: int,
    log: bool,
    percent: bool,
    color: bool,
) -> None:
    chart = line_picture(
        [Series(str(index), each, color_index=index) for index, each in enumerate(values)],
        width=width,
        height=height,
        log=log,
        percent=percent,
        color=color,
    ).text()
    assert_size(chart, width, height)
    assert color or "\x1b" not in chart


@pytest.mark.parametrize(("width", "height"), [(9, 20), (60, 3), (0, 5), (1, 1)])
def test_too_small_a_chart_is_blank(width: int, height: int) -> None:
    assert line_picture([FALLING], width=width, height=height).text() == "\n".join(
        [" " * width] * height
    )


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize(
    ("series", "log"),
    [
        ([], False),
        ([Series("a", [])], False),
        ([Series("a", [np.nan, np.inf])], False),
        ([Series("a", [1.0], [np.nan])], False),
    ],
)
def test_nothing_to_draw_says_so(series: list[Series], log: bool, color: bool) -> None:
    chart = line_picture(series, width=30, height=9, log=log, color=color).text()
    assert_size(chart, 30, 9)
    assert "no data yet" in rows_of(chart)[3]


@pytest.mark.parametrize("color", [True, False])
def test_what_no_logarithmic_axis_can_show_is_said(color: bool) -> None:
    chart = line_picture([Series("a", [0.0, -1.0])], width=60, height=9, log=True, color=color)
    assert "nothing above 0, which a logarithmic axis needs" in plain_rows(chart)[3]


def test_axes_ticks_and_title() -> None:
    rows = rows_of(line_picture([Series("a", np.linspace(0, 1, 300))], width=60, height=16).text())
    assert [row[:4] for row in rows if row[3] == "┤"] == [
        "1.0┤",
        "0.5┤",
        "  0┤",
    ]
    assert rows[-1].split() == ["0", "100", "200", "epoch", "300"]
    assert rows[-2].startswith("   └")
    assert rows[-2].count("┬") == 4
    for label in ("0", "200"):
        tick = rows[-1].index(label) + len(label) // 2
        assert rows[-2][tick] == "┬"


def test_the_curve_passes_its_ticks() -> None:
    """A value and the tick of the same value are in one row."""
    for height in range(6, 40):
        flat = Series("b", [2.0] * 50)
        low = Series("c", [0.0, 4.0], [0, 49], color_index=1)
        chart = line_picture([flat, low], width=40, height=height, log=False).text()
        ticks = [(row.partition("┤")[0], n) for n, row in enumerate(rows_of(chart)) if "┤" in row]
        (middle,) = [n for label, n in ticks if float(label) == flat.values[0]]
        painted = [n for n, row in enumerate(chart.split("\n")) if escape(run_color(0)) in row]
        assert painted == [middle]


def test_a_falling_curve_falls() -> None:
    rows = rows_of(line_picture([FALLING], width=40, height=12).text())
    first = [found.start() for row in rows[:10] if (found := BRAILLE.search(row))]
    assert len(first) >= 8
    assert first == sorted(first)
    assert first[-1] - first[0] > 25


def test_log_axis_makes_an_exponential_straight() -> None:
    series = Series("a", 10.0 ** -np.linspace(0, 6, 61))
    chart = line_picture([series], width=62, height=14, log=True).text()
    rows = rows_of(chart)
    starts = [found.start() for row in rows[:12] if (found := BRAILLE.search(row))]
    assert np.ptp(np.diff(starts)[1:-1]) <= 3
    assert [row.partition("┤")[0].strip() for row in rows if "┤" in row] == ["1", "0.001", "1e-6"]


def test_percent_axis() -> None:
    rows = rows_of(
        line_picture([Series("a", [0.5, 1.0])], width=40, height=10, percent=True).text()
    )
    ticks = [row.partition("┤")[0].strip() for row in rows if "┤" in row]
    assert (ticks[0], ticks[-1]) == ("100 %", "60 %")


def test_runs_have_their_colours_and_the_frame_its_own() -> None:
    chart = line_picture([FALLING, RISING], width=60, height=16).text()
    assert set(ESCAPE.findall(chart)) == {
        "\x1b[0m",
        escape(run_color(0)),
        escape(run_color(1)),
        escape(frame_color()),
    }
    light = line_picture([FALLING, RISING], width=60, height=16, dark=False).text()
    assert escape(run_color(1, dark=False)) in light
    assert escape(run_color(1)) not in light


def test_runs_are_told_apart_without_colour() -> None:
    chart = line_picture([FALLING, RISING], width=60, height=16, color=False).text()
    assert "\x1b" not in chart
    rows = rows_of(chart)
    for marker, direction in ((MARKERS[0], 1), (MARKERS[1], -1)):
        spots = [
            (column, n) for n, row in enumerate(rows) for column, c in enumerate(row) if c == marker
        ]
        assert len(spots) >= 5
        heights = [n * direction for _, n in sorted(spots)]
        assert heights == sorted(heights)


def test_equal_runs_are_both_seen_without_colour() -> None:
    same = [Series(str(index), np.linspace(0, 1, 9), color_index=index) for index in range(4)]
    chart = line_picture(same, width=60, height=16, color=False).text()
    assert all(marker in chart for marker in MARKERS[:4])


def test_a_gap_is_left_where_values_are_not_finite() -> None:
    values = np.ones(100)
    values[40:60] = np.nan
    chart = line_picture([Series("a", values)], width=60, height=10).text()
    (row,) = [rows_of(chart)[n] for n in braille_rows(chart)]
    first, gap, last = BRAILLE.sub("#", row.split("│")[-1].split("┤")[-1]).partition("     ")
    assert first.strip("#") == ""
    assert gap
    assert last.strip().strip("#") == ""
    assert "#" in last


def plain_rows(picture: Picture) -> list[str]:
    return ["".join(text for text, _ in row) for row in picture.rows]


def inked(picture: Picture, color: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Return (column, row) of each cell in this colour, or with it behind."""
    spots = []
    for number, row in enumerate(picture.rows):
        at = 0
        for text, ink in row:
            if ink == color or (isinstance(ink, Duo) and color in ink):
                spots += [(column, number) for column in range(at, at + len(text))]
            at += len(text)
    return spots


@pytest.mark.parametrize("color", [True, False])
def test_a_chart_is_the_text_of_its_picture(color: bool) -> None:
    picture = line_picture([FALLING, RISING], width=60, height=16, color=color)
    chart = line_picture([FALLING, RISING], width=60, height=16, color=color).text()
    assert picture.text() == chart
    assert plain_rows(picture) == rows_of(chart)
    inks = {ink for row in picture.rows for _, ink in row}
    assert inks == ({None, run_color(0), run_color(1), frame_color()} if color else {None})


def test_column_is_where_x_stands() -> None:
    series = Series("a", np.r_[np.zeros(50), 1.0, np.zeros(50)], np.arange(101))
    picture = line_picture([series], width=60, height=10)
    rows = plain_rows(picture)
    column = picture.column(50)
    top = next(row for row in rows if BRAILLE.search(row))
    assert column == BRAILLE.search(top).start()  # type: ignore[union-attr]
    assert rows[-2][column] == "┬"
    assert rows[-1][column - 1 : column + 1] == "50"
    assert picture.column(0) == picture.left
    assert picture.column(100) == picture.left + picture.columns - 1 == 59


@pytest.mark.parametrize("x", [-1, 1000, np.nan, np.inf, -np.inf])
def test_no_column_off_the_axis(x: float) -> None:
    assert line_picture([FALLING], width=40, height=10).column(x) is None


@pytest.mark.parametrize(("series", "width"), [([], 40), ([FALLING], 9)])
def test_no_column_without_a_plot(series: list[Series], width: int) -> None:
    picture = line_picture(series, width=width, height=10, x_limits=(0, 100))
    assert [picture.column(x) for x in (0, 0.5, 50)] == [None] * 3


def test_the_axis_stays_while_a_run_streams_in() -> None:
    size = {"width": 60, "height": 12, "x_limits": (1, 100)}
    values = np.linspace(1, 0.1, 100)
    pictures = [line_picture([Series("a", values[:n])], **size) for n in (1, 2, 50, 100)]  # type: ignore[arg-type]
    assert {(one.x_low, one.x_high) for one in pictures} == {(0, 100)}
    assert len({plain_rows(one)[-1].split()[-1] for one in pictures}) == 1
    ends = [max(column for column, _ in inked(one, run_color(0))) for one in pictures]
    assert ends == [one.column(n) for one, n in zip(pictures, (1, 2, 50, 100), strict=True)]


def test_what_lies_off_the_axis_is_left_out() -> None:
    x = np.arange(1, 101)
    values = np.where(x <= 20, 0.5 + x / 50, 1000.0)
    picture = line_picture([Series("a", values, x)], width=60, height=12, x_limits=(0, 20))
    assert picture.x_high == 20
    assert picture.y_high < 1.5
    columns = {column for column, _ in inked(picture, run_color(0))}
    assert columns == set(range(picture.column(1), 60))  # type: ignore[arg-type]


@pytest.mark.parametrize("limits", [(2, 1), (0, np.inf), (np.nan, 1), (-np.inf, 0)])
def test_limits_that_are_none_are_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="x_limits"):
        line_picture([FALLING], width=40, height=10, x_limits=limits)


@pytest.mark.parametrize("points", [89, 8_900])
@pytest.mark.parametrize("limits", [(1, 100), None])
def test_a_forked_run_starts_where_it_forked(
    points: int, limits: tuple[float, float] | None
) -> None:
    parent = Series("parent", np.linspace(1, 0.5, 100))
    x = np.linspace(12, 100, points)
    fork = Series("fork", np.linspace(0.2, 0.1, points), x, color_index=1)
    picture = line_picture([parent, fork], width=80, height=20, x_limits=limits)
    columns = [column for column, _ in inked(picture, run_color(1))]
    assert set(columns) == set(range(picture.column(12), 80))  # type: ignore[arg-type]
    heights = [row for _, row in inked(picture, run_color(1))]
    assert min(heights) > max(row for _, row in inked(picture, run_color(0)))


def banded(low: float, high: float, index: int = 0, size: int = 50) -> Series:
    flat = np.full(size, (low + high) / 2)
    return Series("a", flat, None, index, np.full(size, low), np.full(size, high))


@pytest.mark.parametrize("dark", [True, False])
def test_a_band_lies_between_its_edges_and_behind_the_curves(dark: bool) -> None:
    scale = Series("scale", [0.0, 10.0], [0, 50], color_index=1)
    picture = line_picture([banded(2, 8), scale], width=60, height=33, dark=dark)
    rows = sorted({row for _, row in inked(picture, band_color(0, dark))})
    assert (rows[0], rows[-1]) == (picture.row(8), picture.row(2))
    plain = line_picture([Series("a", np.full(50, 5.0)), scale], width=60, height=33, dark=dark)
    for index in (0, 1):
        curve = inked(picture, run_color(index, dark))
        assert curve == inked(plain, run_color(index, dark))
        for column, row in curve:
            assert plain_rows(picture)[row][column] == plain_rows(plain)[row][column]


@pytest.mark.parametrize("dark", [True, False])
def test_a_narrow_band_is_seen_behind_its_curve(dark: bool) -> None:
    """Within one row: all its cells are those of the curve."""
    scale = Series("scale", [0.0, 10.0], [0, 50], color_index=1)
    picture = line_picture([banded(4.9, 5.2), scale], width=60, height=33, dark=dark)
    cells = inked(picture, band_color(0, dark))
    assert len({column for column, _ in cells}) > 40
    flat = line_picture([banded(5, 5), scale], width=60, height=33, dark=dark)
    assert inked(flat, band_color(0, dark)) == []


def test_bands_that_overlap_are_all_seen() -> None:
    picture = line_picture([banded(1, 8), banded(2, 9, 1)], width=60, height=20)
    cells = [{*inked(picture, band_color(index))} for index in (0, 1)]
    rows = [{row for _, row in each} for each in cells]
    assert len(rows[0] & rows[1]) >= 10
    for row in rows[0] & rows[1]:
        assert all(sum(at == row for _, at in each) >= 10 for each in cells)


def test_a_band_widens_the_axis_and_an_infinite_one_does_not() -> None:
    assert line_picture([banded(0, 100)], width=40, height=12).row(100) is not None
    endless = Series("a", [1.0, 2.0, 1.0], None, 0, [1.0, 1.0, -np.inf], [2.0, np.inf, np.inf])
    picture = line_picture([endless], width=40, height=12)
    assert picture.y_high < 3
    assert 0 in {row for _, row in inked(picture, band_color(0))}


def test_a_log_axis_has_a_band_that_reaches_to_its_floor_where_it_is_not_positive() -> None:
    series = Series("a", np.ones(50), None, 0, np.zeros(50), np.full(50, 10.0))
    picture = line_picture([series, Series("b", [0.01], [1], 1)], width=60, height=20, log=True)
    rows = {row for _, row in inked(picture, band_color(0))}
    assert rows >= {picture.row(9), picture.row(0.1), 17}


def test_a_band_has_a_gap_where_an_edge_is_not_a_number() -> None:
    low = np.full(100, 1.0)
    low[40:60] = np.nan
    series = Series("a", np.full(100, 2.0), None, 0, low, np.full(100, 3.0))
    picture = line_picture([series], width=60, height=20, x_limits=(1, 100))
    columns = {column for column, _ in inked(picture, band_color(0))}
    inside = {picture.column(x) for x in range(42, 60)}
    assert inside.isdisjoint(columns)
    assert len(columns) > 40


def test_no_band_without_colour() -> None:
    size = {"width": 60, "height": 20, "color": False}
    flat = Series("a", np.full(50, 5.0))
    assert line_picture([banded(2, 8)], **size) == line_picture([flat], **size)  # type: ignore[arg-type]


def test_equal_input_gives_equal_output_and_leaves_the_data_alone() -> None:
    values = np.array([1.0, np.nan, -2.0, 5e-324])
    kept = values.copy()
    charts = {
        line_picture([Series("a", values)], width=40, height=10, log=True).text() for _ in range(3)
    }
    assert len(charts) == 1
    assert np.array_equal(values, kept, equal_nan=True)
