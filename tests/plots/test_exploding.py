"""A run that explodes flattens no other; an arrow tells where a curve leaves the frame."""

import numpy as np
import pytest

from optplay.plots import LineChart, Picture, Series, line_picture, run_color

EPOCHS = np.arange(100)
CALM = Series("calm", 0.7 * np.exp(-EPOCHS / 20))
SIZE = {"width": 60, "height": 16}


def exploding(most: float, index: int = 1) -> Series:
    values = np.where(EPOCHS < 30, 0.7, np.minimum(10.0 ** (EPOCHS - 30.0), most))
    return Series("hot", values, None, index)


def arrows(picture: Picture, glyph: str, color: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Return (row, column) of each arrow in this colour."""
    found = []
    for at, row in enumerate(picture.rows):
        column = 0
        for text, ink in row:
            if ink == color:
                found += [(at, column + n) for n, c in enumerate(text) if c == glyph]
            column += len(text)
    return found


@pytest.mark.parametrize("most", [1e10, 1e200])
@pytest.mark.parametrize("log", [True, False])
def test_the_axis_is_that_of_the_runs_that_did_not_explode(most: float, log: bool) -> None:
    chart = LineChart()
    picture = chart.picture([CALM, exploding(most)], **SIZE, log=log, robust=True)  # type: ignore[arg-type]
    alone = line_picture([CALM], **SIZE, log=log)  # type: ignore[arg-type]
    assert chart.cut
    assert (picture.y_low, picture.y_high) == (alone.y_low, alone.y_high)
    [(row, column)] = arrows(picture, "▲", run_color(1))
    assert row == 0
    assert abs(column - picture.column(31)) <= 1  # type: ignore[operator]
    assert arrows(picture, "▲", run_color(0)) == []


@pytest.mark.parametrize("log", [True, False])
def test_where_all_explode_the_beginning_is_seen(log: bool) -> None:
    picture = line_picture([exploding(1e200), exploding(1e100, 0)], **SIZE, log=log, robust=True)  # type: ignore[arg-type]
    beginning = picture.row(0.7)
    assert beginning is not None
    assert beginning < 14
    top = picture.y_high if not log else 10.0**picture.y_high
    assert 0.7 < top < 1e5
    assert arrows(picture, "▲", run_color(0))


@pytest.mark.parametrize("other", [Series("b", 0.6 * np.exp(-EPOCHS / 2), None, 1),
                                   Series("b", 3 + np.sin(EPOCHS), None, 1)])  # fmt: skip
def test_runs_that_merely_differ_are_all_within(other: Series) -> None:
    chart = LineChart()
    for log in (True, False):
        picture = chart.picture([CALM, other], **SIZE, log=log, robust=True)  # type: ignore[arg-type]
        assert not chart.cut
        assert "▲" not in picture.text()


def test_nothing_of_an_arrow_is_told_before_its_time() -> None:
    options = {**SIZE, "log": True, "robust": True}
    before = line_picture([CALM, exploding(1e10)], **options, until=20)  # type: ignore[arg-type]
    assert "▲" not in before.text()
    after = line_picture([CALM, exploding(1e10)], **options, until=40)  # type: ignore[arg-type]
    assert after.text().count("▲") == 1


@pytest.mark.parametrize("color", [True, False])
def test_a_loss_of_exactly_zero_leaves_a_logarithmic_axis_at_its_floor(color: bool) -> None:
    learnt = np.where(EPOCHS < 40, 0.5 * np.exp(-EPOCHS / 4), 0.0)
    picture = line_picture([Series("learnt", learnt)], **SIZE, log=True, color=color)  # type: ignore[arg-type]
    text = ["".join(part for part, _ in row) for row in picture.rows]
    floor = text[picture.lines - 1]
    assert floor.count("▼") == 1
    assert abs(floor.index("▼") - picture.column(41)) <= 1  # type: ignore[operator]


def test_curves_are_cut_at_the_edges_of_a_window() -> None:
    wave = Series("wave", np.sin(np.arange(200) / 5))
    picture = LineChart().picture([wave], **SIZE, x_limits=(50, 80), y_limits=(-0.5, 0.5))  # type: ignore[arg-type]
    assert (picture.x_low, picture.x_high) == (50, 80)
    assert -0.7 < picture.y_low <= -0.5 < 0.5 <= picture.y_high < 0.7
    assert {len(arrows(picture, glyph, run_color(0))) for glyph in "▲▼"} == {1}
