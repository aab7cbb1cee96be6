"""Guide lines, marks and labels of a line chart, and its logarithmic bottom axis."""

import numpy as np
import pytest

from optplay.plots import Guide, Mark, Picture, Series, line_picture, run_color
from optplay.plots.palette import Duo, band_color, faint_color, frame_color

from .screen import BRAILLE, assert_size, hexadecimal, rows_of, shown

RATES = np.logspace(-5, 0, 26)
LOSS = (np.log10(RATES) + 2) ** 2 + 0.1


def chart(*series: Series, **options: object) -> Picture:
    return line_picture(series, **({"width": 62, "height": 16} | options))  # type: ignore[arg-type]


def sweep(**options: object) -> Picture:
    return chart(Series("SGD", LOSS, RATES), log_x=True, x_title="lr", **options)


def flat(**options: object) -> Picture:
    return chart(Series("a", [0.0, 0.0, 10.0], [0, 50, 100]), **options)


def cell_of(picture: Picture, x: float, y: float) -> tuple[str, str]:
    column, row = picture.column(x), picture.row(y)
    assert column is not None
    assert row is not None
    cell = shown(picture).buffer[row][column]
    return cell.data, cell.fg


def colored(picture: Picture, color: tuple[int, int, int]) -> set[tuple[int, int]]:
    """Return the columns and rows of the plot's cells of a colour."""
    found = set()
    for row, spans in enumerate(picture.rows[: picture.lines]):
        inks = [ink for text, ink in spans for _ in text]
        found |= {
            (at, row)
            for at, ink in enumerate(inks)
            if (ink == color or (isinstance(ink, Duo) and color in ink)) and at >= picture.left
        }
    return found


def test_a_logarithmic_bottom_axis_has_powers_of_ten() -> None:
    rows = rows_of(sweep().text())
    assert rows[-1].split() == ["0.0001", "0.01", "lr", "1"]
    assert (sweep().x_low, sweep().x_high, sweep().log_x) == (-5, 0, True)


def test_the_lowest_point_stands_at_its_rate() -> None:
    picture = sweep(marks=[Mark(0.01, 0.1, "◆", 0)])
    assert cell_of(picture, 0.01, 0.1) == ("◆", hexadecimal(run_color(0)))
    lowest = max(row for _, row in colored(sweep(), run_color(0)))
    middle = [column for column, row in colored(sweep(), run_color(0)) if row == lowest]
    assert np.mean(middle) == pytest.approx(sweep().column(0.01), abs=1.5)


def test_a_band_follows_the_logarithmic_axis() -> None:
    band = Series("SGD", LOSS, RATES, 0, LOSS * 0.5, LOSS * 1.5)
    picture = chart(band, log_x=True)
    columns = {column for column, _ in colored(picture, band_color(0))}
    assert min(columns) < picture.left + 3
    assert max(columns) > 58


def test_what_has_no_logarithm_is_left_out() -> None:
    odd = Series("SGD", [5.0, 6.0, *LOSS], [-1.0, 0.0, *RATES])
    assert chart(odd, log_x=True).rows == chart(Series("SGD", LOSS, RATES), log_x=True).rows
    none = chart(Series("a", [1.0], [0.0]), log_x=True)
    assert "no data yet" in none.text()
    with pytest.raises(ValueError, match="positive on a log axis"):
        sweep(x_limits=(0.0, 1.0))


def test_limits_of_a_logarithmic_axis() -> None:
    picture = sweep(x_limits=(1e-3, 1e-1))
    assert (picture.x_low, picture.x_high) == pytest.approx((-3, -1))


def test_guides_go_from_edge_to_edge_behind_the_curve() -> None:
    picture = flat(guides=[Guide(y=6.0), Guide(x=20.0, color_index=1)])
    across = {column for column, row in colored(picture, frame_color()) if row == picture.row(6.0)}
    assert len(across) >= picture.columns - 4
    upright = colored(picture, faint_color(1))
    assert {column for column, _ in upright} == {picture.column(20.0)}
    assert len(upright) >= picture.lines - 2
    assert colored(picture, run_color(0)) == colored(flat(), run_color(0))


def test_guides_outside_of_the_axes_are_left_out() -> None:
    far = [Guide(y=20.0, label="y"), Guide(x=-1.0, label="x"), Guide(y=np.nan), Guide()]
    assert flat(guides=far).rows == flat().rows


def test_labels_of_guides_hide_no_curve_where_there_is_room() -> None:
    picture = flat(guides=[Guide(y=6.0, label="threshold"), Guide(x=20.0, label="best")])
    rows = rows_of(picture.text())
    threshold, best = picture.row(6.0), picture.column(20.0)
    assert threshold is not None
    assert best is not None
    (near,) = [number for number, row in enumerate(rows) if "threshold" in row]
    assert abs(near - threshold) == 1
    (top,) = [number for number, row in enumerate(rows) if "best" in row]
    assert (top, rows[top].index("best")) in {(0, best + 2), (1, best + 2)}
    assert colored(picture, run_color(0)) == colored(flat(), run_color(0))


def test_a_quiet_series_has_the_frames_colour_and_its_label_at_its_end() -> None:
    threshold = Series("2/lr", [20.0, 20.0], [0, 100], 3, quiet=True)
    picture = chart(Series("a", [0.0, 10.0], [0, 100]), threshold)
    assert not colored(picture, run_color(3))
    column, row = picture.column(95.0), picture.row(20.0)
    assert (column, row) in colored(picture, frame_color())
    rows = rows_of(picture.text())
    assert "2/lr" in "".join(rows[:2])
    plain = rows_of(chart(threshold, color=False).text())
    assert not any(marker in "".join(plain[:14]) for marker in "●x▲○")


def test_a_curve_hides_a_quiet_one_and_not_the_other_way() -> None:
    curve, quiet = Series("a", [1.0, 2.0]), Series("", [1.0, 2.0], quiet=True)
    assert colored(chart(curve, quiet), run_color(0)) == colored(chart(curve), run_color(0))


def test_marks_of_diverged_runs_stand_below_each_other_at_the_top() -> None:
    marks = [Mark(0.1, np.inf, "×", index) for index in range(3)]
    picture = sweep(marks=[*marks, Mark(1e-3, -np.inf, "v")])
    column, other = picture.column(0.1), picture.column(1e-3)
    assert column is not None
    assert other is not None
    screen = shown(picture)
    found = [(screen.buffer[row][column].data, screen.buffer[row][column].fg) for row in range(3)]
    assert found == [("×", hexadecimal(run_color(index))) for index in range(3)]
    assert screen.buffer[picture.lines - 1][other].data == "v"
    flood = flat(marks=[Mark(50, np.inf, "×")] * 50)
    assert_size(flood.text(), 62, 16)


def test_marks_outside_of_the_axes_are_left_out() -> None:
    marks = [Mark(200, 5), Mark(50, 99), Mark(np.nan, np.inf), Mark(50, np.nan), Mark(np.inf, 1)]
    assert flat(marks=marks).rows == flat().rows


def test_a_label_gives_way_to_marks() -> None:
    marks = [Mark(x, y, "×") for x in range(80, 101) for y in (5.2, 6.0, 6.8)]
    picture = flat(guides=[Guide(y=6.0, label="threshold")], marks=marks)
    assert "threshold" in picture.text()
    assert picture.text().count("×") == flat(marks=marks).text().count("×")


def test_without_colours_guides_are_dots_and_nothing_is_lost() -> None:
    options = {"guides": [Guide(y=6.0, label="limit")], "marks": [Mark(50, 3, "◆")]}
    plain, bare = (rows_of(flat(color=False, **more).text()) for more in (options, {}))
    row = flat().row(6.0)
    assert row is not None
    assert len(BRAILLE.findall(plain[row])) > 50
    assert "limit" in "".join(plain)
    assert "◆" in "".join(plain)
    for number, (one, other) in enumerate(zip(plain, bare, strict=True)):
        if number not in (row - 1, row, row + 1):
            assert one.replace("◆", " ") == other
    assert "\x1b" not in flat(color=False, **options).text()


def test_the_text_is_that_of_the_picture() -> None:
    series = [Series("SGD", LOSS, RATES)]
    options = {"guides": [Guide(x=0.01)], "marks": [Mark(0.01, 0.1)], "log_x": True}
    text = line_picture(series, width=62, height=16, **options).text()  # type: ignore[arg-type]
    assert text == line_picture(series, width=62, height=16, **options).text()  # type: ignore[arg-type]
