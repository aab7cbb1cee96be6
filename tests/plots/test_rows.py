"""Left axes: a tick stands in the row where its value is drawn."""

import numpy as np
from hypothesis import given, settings, strategies as st

from optplay.plots import MARKERS, Series, histogram_picture, line_picture
from optplay.plots.picture import Picture
from optplay.plots.rows import left_axis

from .screen import BRAILLE

LIMITS = st.floats(-1e9, 1e9).filter(lambda value: value == 0 or abs(value) > 1e-6)
EXPONENTS = st.floats(-30, 30)
ROWS = st.integers(3, 60)


def ticks(rows: int, axis: object) -> list[tuple[float, str]]:
    """Return in which row from the bottom, its middle being a whole number, each tick stands."""
    return [((4 * rows - 1) * at / 4 - 0.3775, text) for at, text in axis.ticks]  # type: ignore[attr-defined]


def number(text: str) -> float:
    return float(text.removesuffix(" %")) / (100 if text.endswith("%") else 1)


@given(LIMITS, LIMITS, ROWS, st.booleans(), st.booleans())
@settings(deadline=None)
def test_a_tick_is_in_the_middle_of_its_row(
    one: float, other: float, rows: int, percent: bool, whole: bool
) -> None:
    low, high = min(one, other), max(one, other)
    axis = left_axis(low, high, rows, percent=percent, whole=whole)
    slack = 1e-6 * (axis.high - axis.low)
    assert axis.low - slack <= low <= high <= axis.high + slack
    found = ticks(rows, axis)
    assert len(found) >= 1
    assert len({text for _, text in found}) == len(found)
    for row, text in found:
        assert abs(row - round(row)) < 1e-3
        assert (
            abs(float(axis.place(np.array(number(text)))) * (4 * rows - 1) / 4 - 0.3775 - row) < 0.3
        )


@given(EXPONENTS, EXPONENTS, ROWS)
@settings(deadline=None)
def test_a_tick_of_a_logarithmic_axis_is_nearly_there(one: float, other: float, rows: int) -> None:
    low, high = min(one, other), max(one, other)
    axis = left_axis(low, high, rows, log=True)
    assert axis.low - 1e-6 <= low <= high <= axis.high + 1e-6
    found = ticks(rows, axis)
    assert len({text for _, text in found}) == len(found) >= 1
    if len(found) > 2:
        apart = np.diff([round(row) for row, _ in found])
        assert apart.min() >= 2
    exact = [row for row, text in found if float(text) in 10.0 ** np.arange(-40, 40)]
    assert all(abs(row - round(row)) < 1e-3 for row in exact)
    for row, text in found:
        place = float(axis.place(np.log10(number(text)))) * (4 * rows - 1) / 4 - 0.3775
        assert abs(place - row) < 0.1


def rows_of_ticks(picture: Picture) -> dict[float, int]:
    lines = ["".join(text for text, _ in row) for row in picture.rows]
    return {number(line.partition("┤")[0]): at for at, line in enumerate(lines) if "┤" in line}


@given(st.integers(8, 60), st.floats(0.01, 1e5), st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_curve_at_a_tick_is_drawn_in_its_row(height: int, most: float, log: bool) -> None:
    scale = Series("scale", [most / 100, most], [0, 50])
    options = {"width": 50, "height": height, "log": log, "color": False}
    for value, row in rows_of_ticks(line_picture([scale], **options)).items():  # type: ignore[arg-type]
        if most / 100 <= value <= most:
            picture = line_picture([scale, Series("a", [value] * 40, None, 1)], **options)  # type: ignore[arg-type]
            assert picture.row(value) == row
            line = "".join(text for text, _ in picture.rows[row])
            # Its curve, and its marker without colours.
            assert MARKERS[1] in line
            assert len(BRAILLE.findall(line)) > 20


def test_nothing_of_a_bin_is_below_zero_nor_above_all() -> None:
    for height in range(6, 40):
        picture = histogram_picture([1.0, 0.5, 0.0], [0, 1, 2, 3], width=40, height=height,
                                    percent=True)  # fmt: skip
        lines = ["".join(text for text, _ in row)[picture.left :] for row in picture.rows]
        drawn = [at for at, line in enumerate(lines) if BRAILLE.search(line)]
        assert (drawn[0], drawn[-1]) == (picture.row(1.0), picture.row(0.0))
        # The row of 0 is filled from its middle up.
        assert set(lines[drawn[-1]]) <= set(" ⠛⠃⠘")
