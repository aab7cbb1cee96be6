"""The field over a rectangle of the plane."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from optplay.plots import Dots, Mark, Path, Picture, grid_limits, plane_picture, run_color
from optplay.plots.palette import Duo
from optplay.plots.ramps import BANDS, levels, ramp

from .screen import BRAILLE, assert_size, hexadecimal, pixels, rows_of, shown

UNIT = {"x_limits": (-1.0, 1.0), "y_limits": (-1.0, 1.0), "width": 43, "height": 14}
HOSTILE = st.one_of(
    st.floats(width=64), st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324])
)
POINTS = st.lists(st.tuples(HOSTILE, HOSTILE), max_size=6)


def tilted(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return x + 0.1 * y[:, None]


def flat(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.zeros((y.size, x.size))


def plane(field: object = flat, **options: object) -> Picture:
    return plane_picture(field, **(UNIT | options))  # type: ignore[arg-type]


def cell_of(picture: Picture, x: float, y: float) -> tuple[str, str, str]:
    """Return the character at a point of the plane, its colour, and that behind it."""
    column, row = picture.column(x), picture.row(y)
    assert column is not None
    assert row is not None
    cell = shown(picture).buffer[row][column]
    return cell.data, cell.fg, cell.bg


@st.composite
def limits(draw: st.DrawFn, log: bool) -> tuple[float, float]:
    smallest = 5e-324 if log else -1.7e308
    ends = st.floats(smallest, 1.7e308)
    low, high = sorted(draw(st.lists(ends, min_size=2, max_size=2, unique=True)))
    return low, high


@given(
    st.data(),
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=HOSTILE),
    st.tuples(st.integers(0, 90), st.integers(0, 40)),
    st.sampled_from(["boundary", "surface", "loss", "score"]),
    st.lists(st.booleans(), min_size=6, max_size=6),
    POINTS,
    st.one_of(st.none(), st.integers(-3, 9)),
)
@settings(max_examples=120, deadline=None)
def test_anything_fills_exactly_the_given_cells(
    data: st.DataObject,
    field: np.ndarray,
    size: tuple[int, int],
    ramp: str,
    flags: list[bool],
    points: list[tuple[float, float]],
    at: int | None,
) -> None:
    log_x, log_y, color, dark, scale, called = flags
    x, y = np.array(points, dtype=float).reshape(-1, 2).T

    def function(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.resize(field, (y.size, x.size))

    picture = plane_picture(
        function if called else field,
        x_limits=data.draw(limits(log_x)),
        y_limits=data.draw(limits(log_y)),
        width=size[0],
        height=size[1],
        ramp=ramp,
        overlays=[Path(x, y, 1, at), Dots(x, y), *(Mark(*point) for point in points)],
        x_title="x",
        y_title="y",
        scale=scale,
        log_x=log_x,
        log_y=log_y,
        color=color,
        dark=dark,
    )
    assert len(picture.rows) == size[1]
    if all(size):
        assert_size(picture.text(), *size)
    assert color or "\x1b" not in picture.text()
    if picture.columns:
        assert picture.left + picture.columns == size[0]
        assert picture.top + picture.lines == size[1] - 2


@pytest.mark.parametrize(("width", "height"), [(9, 20), (60, 3), (0, 5), (1, 1)])
def test_too_small_a_picture_is_blank(width: int, height: int) -> None:
    assert plane(width=width, height=height).text() == "\n".join([" " * width] * height)


@pytest.mark.parametrize("dark", [True, False])
def test_a_terminal_shows_the_colour_of_each_pixel(dark: bool) -> None:
    """Each pixel has the colour of its value's band, at the place that the axes give it."""
    picture = plane(lambda x, y: (x + y[:, None] + 2) / 4, ramp="boundary", dark=dark)
    colors = ramp("boundary", dark).colors
    wrong = []
    for row, line in enumerate(pixels(picture)):
        for column, color in enumerate(line):
            # A cell goes from its first dot's middle to its last one's; so do the axes.
            x = (2 * column + 0.5) / (2 * picture.columns - 1)
            y = 1 - (2 * row + 0.5) / (4 * picture.lines - 1)
            band = int((x + y) / 2 * BANDS)
            on_line = abs((x + y) / 2 - 0.5) < 1.5 / BANDS
            if not on_line and color != hexadecimal(colors[band]):
                wrong.append((row, column))
    assert not wrong


def test_a_grid_tiles_the_plane_from_the_lowest_up() -> None:
    picture = plane([[0.0, 0.2], [0.6, 1.0]], ramp="score")
    corners = pixels(picture)
    colors = [hexadecimal(color) for color in ramp("score").colors]
    rows, columns = len(corners), len(corners[0])
    quarters = [
        {corners[row][column] for row in rows_ for column in columns_}
        for rows_ in (range(rows // 2, rows), range(rows // 2))
        for columns_ in (range(columns // 2), range(columns // 2, columns))
    ]
    assert quarters == [{colors[0]}, {colors[2]}, {colors[8]}, {colors[-1]}]


def test_values_of_a_sweep_stand_in_the_middle_of_their_cells() -> None:
    rates = np.logspace(-5, 0, 6)
    low, high = grid_limits(rates, log=True)
    assert (low, high) == pytest.approx((10**-5.5, 10**0.5))
    assert grid_limits([1, 2, 3]) == (0.5, 3.5)
    assert grid_limits([4]) == (3.5, 4.5)
    picture = plane(np.arange(6.0)[None], ramp="score", x_limits=(low, high), log_x=True, width=62)
    line = pixels(picture)[0]
    limits_ = levels(np.arange(6.0), "score")
    colors = ramp("score").colors
    for value, rate in enumerate(rates):
        column = picture.column(float(rate))
        assert column is not None
        band = int(np.searchsorted(limits_, value))
        assert line[column - picture.left] == hexadecimal(colors[band])


def test_a_picture_tells_what_a_cell_stands_for() -> None:
    options = {"x_limits": (1e-4, 1.0), "log_x": True, "y_limits": (-3.0, 5.0), "y_title": "y"}
    picture = plane(**options)
    assert picture.top == 1
    middle = picture.at(picture.left + picture.columns // 2, picture.top + picture.lines // 2)
    assert middle == pytest.approx((1e-2, 1.0), rel=0.3)
    for row in range(len(picture.rows)):
        for column in range(43):
            point = picture.at(column, row)
            inside = picture.left <= column and 1 <= row < 1 + picture.lines
            assert (point is not None) == inside
            if point:
                assert (picture.column(point[0]), picture.row(point[1])) == (column, row)
    assert picture.column(0.0) is picture.column(2.0) is picture.row(5.1) is None
    assert picture.row(float("nan")) is None


def test_a_boundary_has_a_line_at_one_half() -> None:
    picture = plane(
        lambda x, y: 1 / (1 + np.exp(-20 * (x - 0.3))) + 0 * y[:, None], ramp="boundary"
    )
    column = picture.column(0.3)
    for row in rows_of(picture.text())[:12]:
        found = BRAILLE.search(row)
        assert found is not None
        assert found.start() == pytest.approx(column, abs=1)


def test_without_colours_a_boundary_is_a_dotted_side() -> None:
    picture = plane(lambda x, y: (x > 0) + 0.0 * y[:, None], ramp="boundary", color=False)
    for row in rows_of(picture.text())[:12]:
        left, right = row[picture.left :][:18], row[picture.left :][-18:]
        assert (set(left), set(right)) == ({" "}, {"░"})


def test_without_colours_a_surface_has_shades_and_a_blank_floor() -> None:
    picture = plane(lambda x, y: x**2 + y[:, None] ** 2, color=False)
    assert set("".join(rows_of(picture.text())[:12])) >= set(" ░▒▓")
    assert cell_of(picture, 0, 0)[0] == " "
    assert cell_of(picture, 1, 1)[0] == "▓"


@pytest.mark.parametrize("color", [True, False])
def test_where_there_is_no_value_it_is_hatched(color: bool) -> None:
    picture = plane([[0.1, np.nan]], ramp="loss", color=color)
    assert cell_of(picture, 0.5, 0)[0] == "╱"
    assert cell_of(picture, -0.5, 0)[0] != "╱"
    everywhere = plane([[np.nan]], color=color)
    assert "╱" * everywhere.columns in everywhere.text()


def test_infinities_are_high_and_low() -> None:
    picture = plane([[-np.inf, 0.0, 1.0, np.inf]], ramp="score")
    line = pixels(picture)[0]
    colors = ramp("score").colors
    assert (line[0], line[-1]) == (hexadecimal(colors[0]), hexadecimal(colors[-1]))


def test_samples_show_their_class_on_the_field() -> None:
    ones = Dots([0.5, 2.0, np.nan], [0.5, 0.0, 0.0], "●", 1)
    picture = plane(overlays=[Dots([-0.5], [-0.5], "○", 0), ones])
    first, second = cell_of(picture, -0.5, -0.5), cell_of(picture, 0.5, 0.5)
    assert (first[0], second[0]) == ("○", "●")
    assert first[1] != second[1]
    behind = hexadecimal(ramp("surface").colors[0])
    assert first[2] == second[2] == behind
    assert picture.text().count("●") == 1


def test_a_path_has_its_run_colour_over_the_field_and_a_mark_where_it_is() -> None:
    picture = plane(tilted, overlays=[Path([-1, 0, 1], [0, 0, 0], 2, at=1)])
    glyph, color, behind = cell_of(picture, 0, 0)
    assert (glyph, color) == ("●", hexadecimal(run_color(2)))
    glyph, color, behind = cell_of(picture, -0.5, 0)
    assert BRAILLE.match(glyph)
    assert color == hexadecimal(run_color(2))
    assert behind in {hexadecimal(each) for each in ramp("surface").colors[1:]}
    passed, ahead = cell_of(picture, -0.5, 0), cell_of(picture, 0.5, 0)
    assert BRAILLE.match(ahead[0])
    assert bin(ord(ahead[0])).count("1") < bin(ord(passed[0])).count("1")
    assert ahead[1] != passed[1]


def test_only_the_tail_of_a_path_is_drawn_if_asked() -> None:
    x = np.linspace(-1, 1, 21)
    picture = plane(overlays=[Path(x, 0 * x, at=20, tail=5)])
    assert cell_of(picture, -0.5, 0)[0] == " "
    assert BRAILLE.match(cell_of(picture, 0.7, 0)[0])


@pytest.mark.parametrize(
    ("end", "arrow", "at"),
    [
        ((9, 0), "▶", (1, 0)),
        ((-9, 0), "◀", (-1, 0)),
        ((0, 9), "▲", (0, 1)),
        ((0, -9), "▼", (0, -1)),
    ],
)
def test_an_arrow_tells_where_a_run_has_left(
    end: tuple[int, int], arrow: str, at: tuple[int, int]
) -> None:
    picture = plane(overlays=[Path([0, end[0]], [0, end[1]])])
    assert cell_of(picture, *at)[0] == arrow


def test_where_a_run_is_comes_on_top_and_a_diverged_one_is_nowhere() -> None:
    both = [Path([0], [0], 0), Path([0, np.nan], [0, 1], 1), Mark(0, 0, "✕")]
    assert cell_of(plane(overlays=both), 0, 0)[:2] == ("●", hexadecimal(run_color(0)))
    assert cell_of(plane(overlays=both[2:]), 0, 0)[0] == "✕"
    assert plane(overlays=[Path([], [])]).text() == plane().text()


def test_paths_on_each_other_take_turns() -> None:
    x = [-1.0, 1.0]
    picture = plane(overlays=[Path(x, [0, 0], index) for index in range(3)])
    row = picture.row(0.0)
    assert row is not None
    colors = {ink.fore for text, ink in picture.rows[row] if isinstance(ink, Duo)}
    assert {run_color(index) for index in range(3)} <= colors


def test_a_mark_contrasts_with_what_is_behind_it() -> None:
    for value, ink in ((0.0, "ffffff"), (1.0, "000000")):
        x = 2 * value - 1
        picture = plane([[0.0, 1.0]], ramp="score", overlays=[Mark(x, 0)])
        assert cell_of(picture, x, 0)[:2] == ("★", ink)


def test_levels_may_be_kept() -> None:
    kept = levels(np.linspace(0, 1, 100), "surface")
    picture = plane([[0.5]], levels=kept)
    band = int(np.searchsorted(kept, 0.5))
    assert pixels(picture)[0][0] == hexadecimal(ramp("surface").colors[band])


def test_the_axes_and_the_scale() -> None:
    picture = plane(
        [[0.001, 2.0]], ramp="loss", x_title="lr", y_title="decay", scale="", width=60,
        x_limits=(1e-5, 1.0), log_x=True, y_limits=(0.0, 1.0),
    )  # fmt: skip
    rows = rows_of(picture.text())
    assert rows[0].split() == ["decay", "0.001", "█" * BANDS, "2"]
    assert rows[0].endswith(" 2")
    assert rows[1].startswith("1.0┤")
    assert rows[-1].split() == ["0.0001", "0.01", "lr", "1"]
    narrow = plane([[1, 2]], y_title="a long title", scale="", width=24)
    assert rows_of(narrow.text())[0].split() == ["a", "long", "title"]


def test_a_low_picture_spends_no_row_on_a_title() -> None:
    assert plane(y_title="y", height=7).top == 0


def test_neighbours_of_one_colour_are_one_run() -> None:
    assert all(len(row) == 2 for row in plane().rows[:12])


@pytest.mark.parametrize(
    ("field", "options", "message"),
    [
        (flat, {"x_limits": (1, 1)}, "x_limits"),
        (flat, {"y_limits": (0, np.inf)}, "y_limits"),
        (flat, {"x_limits": (0, 1), "log_x": True}, "x_limits .* > 0"),
        (lambda x, y: x, {}, "shape"),
        ([1, 2], {}, "2-D"),
        (np.empty((0, 3)), {}, "empty"),
        (flat, {"ramp": "jet"}, "no ramp 'jet'"),
    ],
)
def test_wrong_input_is_refused(field: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plane(field, **options)


@pytest.mark.parametrize("kind", [Dots, Path])
def test_points_of_two_lengths_are_refused(kind: type) -> None:
    with pytest.raises(ValueError, match="one shape"):
        kind([1, 2], [1])
    with pytest.raises(ValueError, match="1-D"):
        kind([[1]], [[1]])
