"""The line chart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optplay.plots import MARKERS, Series, line_chart, run_color
from optplay.plots.palette import frame_color

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
    st.one_of(st.none(), HOSTILE),
)
@settings(max_examples=150, deadline=None)
def test_any_data_fills_exactly_the_given_cells(
    values: list[list[float]],
    width: int,
    height: int,
    log: bool,
    percent: bool,
    color: bool,
    cursor: float | None,
) -> None:
    chart = line_chart(
        [Series(str(index), each, color_index=index) for index, each in enumerate(values)],
        width=width,
        height=height,
        log=log,
        percent=percent,
        color=color,
        cursor=cursor,
    )
    assert_size(chart, width, height)
    assert color or "\x1b" not in chart


@pytest.mark.parametrize(("width", "height"), [(9, 20), (60, 3), (0, 5), (1, 1)])
def test_too_small_a_chart_is_blank(width: int, height: int) -> None:
    assert line_chart([FALLING], width=width, height=height) == "\n".join([" " * width] * height)


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize(
    ("series", "log"),
    [
        ([], False),
        ([Series("a", [])], False),
        ([Series("a", [np.nan, np.inf])], False),
        ([Series("a", [0.0, -1.0])], True),
        ([Series("a", [1.0], [np.nan])], False),
    ],
)
def test_nothing_to_draw_says_so(series: list[Series], log: bool, color: bool) -> None:
    chart = line_chart(series, width=30, height=9, log=log, color=color)
    assert_size(chart, 30, 9)
    assert "no data yet" in rows_of(chart)[3]


def test_axes_ticks_and_title() -> None:
    rows = rows_of(line_chart([Series("a", np.linspace(0, 1, 300))], width=60, height=16))
    assert [row[:4] for row in rows if row[3] == "┤"] == [
        "1.0┤",
        "0.8┤",
        "0.6┤",
        "0.4┤",
        "0.2┤",
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
        chart = line_chart([flat, low], width=40, height=height, log=False)
        ticks = [(row.partition("┤")[0], n) for n, row in enumerate(rows_of(chart)) if "┤" in row]
        (middle,) = [n for label, n in ticks if float(label) == flat.values[0]]
        painted = [n for n, row in enumerate(chart.split("\n")) if escape(run_color(0)) in row]
        assert painted == [middle]


def test_a_falling_curve_falls() -> None:
    rows = rows_of(line_chart([FALLING], width=40, height=12))
    first = [BRAILLE.search(row).start() for row in rows[:10]]  # type: ignore[union-attr]
    assert first == sorted(first)
    assert first[-1] - first[0] > 25


def test_log_axis_makes_an_exponential_straight() -> None:
    series = Series("a", 10.0 ** -np.linspace(0, 6, 61))
    chart = line_chart([series], width=62, height=14, log=True)
    rows = rows_of(chart)
    starts = [BRAILLE.search(row).start() for row in rows[:12]]  # type: ignore[union-attr]
    assert np.ptp(np.diff(starts)) <= 1
    assert rows[0].startswith("     1┤")
    assert rows[11].startswith("  1e-6┤")


def test_percent_axis() -> None:
    rows = rows_of(line_chart([Series("a", [0.5, 1.0])], width=40, height=10, percent=True))
    assert rows[0].startswith("100 %┤")


def test_runs_have_their_colours_and_the_frame_its_own() -> None:
    chart = line_chart([FALLING, RISING], width=60, height=16)
    assert set(ESCAPE.findall(chart)) == {
        "\x1b[0m",
        escape(run_color(0)),
        escape(run_color(1)),
        escape(frame_color()),
    }
    light = line_chart([FALLING, RISING], width=60, height=16, dark=False)
    assert escape(run_color(1, dark=False)) in light
    assert escape(run_color(1)) not in light


def test_runs_are_told_apart_without_colour() -> None:
    chart = line_chart([FALLING, RISING], width=60, height=16, color=False)
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
    chart = line_chart(same, width=60, height=16, color=False)
    assert all(marker in chart for marker in MARKERS[:4])


def test_a_gap_is_left_where_values_are_not_finite() -> None:
    values = np.ones(100)
    values[40:60] = np.nan
    chart = line_chart([Series("a", values)], width=60, height=10)
    (row,) = [rows_of(chart)[n] for n in braille_rows(chart)]
    first, gap, last = BRAILLE.sub("#", row.split("│")[-1].split("┤")[-1]).partition("     ")
    assert first.strip("#") == ""
    assert gap
    assert last.strip().strip("#") == ""
    assert "#" in last


def test_cursor_stands_behind_the_curves_at_its_epoch() -> None:
    plain = line_chart([Series("a", np.zeros(101), np.arange(101))], width=60, height=10)
    chart = line_chart([Series("a", np.zeros(101), np.arange(101))], width=60, height=10, cursor=50)
    different = [
        (n, column)
        for n, (before, after) in enumerate(zip(rows_of(plain), rows_of(chart), strict=True))
        for column, pair in enumerate(zip(before, after, strict=True))
        if len(set(pair)) > 1
    ]
    (tick,) = {column for _, column in different}
    assert [n for n, _ in different] == list(range(7))
    assert rows_of(chart)[-1][tick - 1 : tick + 1] == "50"
    assert {rows_of(chart)[n][tick] for n, _ in different} == {"│"}


@pytest.mark.parametrize("cursor", [-1, 1000, np.nan, np.inf])
def test_cursor_off_the_axis_is_not_drawn(cursor: float) -> None:
    size = {"width": 40, "height": 10}
    assert line_chart([FALLING], cursor=cursor, **size) == line_chart([FALLING], **size)


def test_equal_input_gives_equal_output_and_leaves_the_data_alone() -> None:
    values = np.array([1.0, np.nan, -2.0, 5e-324])
    kept = values.copy()
    charts = {line_chart([Series("a", values)], width=40, height=10, log=True) for _ in range(3)}
    assert len(charts) == 1
    assert np.array_equal(values, kept, equal_nan=True)
