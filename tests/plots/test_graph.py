"""Runs on the graph of a function."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from optplay.plots import Mark, Path, Picture, graph_picture, run_color

from .screen import assert_size, hexadecimal, shown

X = np.linspace(-2, 2, 81)
VALUE = st.one_of(st.floats(width=64), st.sampled_from([np.nan, np.inf, 0.0, 5e-324, 1e300]))


def graph(*paths: Path, **options: object) -> Picture:
    return graph_picture(X, X**2, width=50, height=16, paths=paths, **options)  # type: ignore[arg-type]


def cell_of(picture: Picture, x: float, y: float) -> tuple[str, str]:
    column, row = picture.column(x), picture.row(y)
    assert column is not None
    assert row is not None
    cell = shown(picture).buffer[row][column]
    return cell.data, cell.fg


@given(
    st.lists(st.tuples(VALUE, VALUE), max_size=20),
    st.lists(st.tuples(VALUE, VALUE), max_size=9),
    st.integers(-2, 12),
    st.tuples(st.integers(1, 60), st.integers(1, 20)),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_anything_fills_exactly_the_given_cells(
    points: list[tuple[float, float]],
    steps: list[tuple[float, float]],
    at: int,
    size: tuple[int, int],
    log: bool,
    color: bool,
) -> None:
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    path = Path(*np.array(steps, dtype=float).reshape(-1, 2).T, 1, at)
    picture = graph_picture(x, y, width=size[0], height=size[1], paths=[path], log=log, color=color)
    assert_size(picture.text(), *size)
    assert color or "\x1b" not in picture.text()


def test_a_run_stands_on_the_graph_with_a_trail() -> None:
    steps = np.array([1.5, -1.0, 0.5])
    picture = graph(Path(steps, steps**2, 1, at=1))
    assert cell_of(picture, -1.0, 1.0) == ("●", hexadecimal(run_color(1)))
    assert cell_of(picture, 1.5, 2.25)[0] == "•"
    assert picture.text().count("•") == 1


def test_a_trail_is_as_long_as_asked() -> None:
    steps = np.linspace(-1.8, 1.8, 9)
    assert graph(Path(steps, steps**2, tail=3)).text().count("•") == 3
    assert graph(Path(steps, steps**2, tail=0)).text().count("•") == 0


@pytest.mark.parametrize(
    ("x", "y", "arrow", "at"),
    [
        (9.0, 81.0, "▶", (2.0, 4.0)),
        (-9.0, 81.0, "◀", (-2.0, 4.0)),
        (0.0, 9.0, "▲", (0.0, 4.0)),
        (0.0, -9.0, "▼", (0.0, 0.0)),
    ],
)
def test_an_arrow_tells_where_a_run_has_left(
    x: float, y: float, arrow: str, at: tuple[float, float]
) -> None:
    assert cell_of(graph(Path([x], [y])), *at)[0] == arrow


def test_a_diverged_run_and_an_empty_path_are_nowhere() -> None:
    assert graph(Path([np.nan], [1.0]), Path([], [])).text() == graph().text()


def test_marks_lie_under_the_runs() -> None:
    minimum = Mark(0, 0, "✕")
    assert cell_of(graph(marks=[minimum]), 0, 0)[0] == "✕"
    assert cell_of(graph(Path([0], [0]), marks=[minimum]), 0, 0)[0] == "●"


def test_without_colours_markers_tell_runs_apart() -> None:
    picture = graph(Path([1], [1], 0), Path([-1], [1], 1), color=False)
    assert (cell_of(picture, 1, 1)[0], cell_of(picture, -1, 1)[0]) == ("●", "x")
