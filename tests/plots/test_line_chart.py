"""A line chart that is drawn again and again, and up to a place only."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from optplay.plots import LineChart, Series, canvas, line_picture, run_color
from optplay.plots.picture import Picture

SIZE = {"width": 60, "height": 16, "x_limits": (1.0, 200.0)}
RUNS = np.random.default_rng(5).random((3, 200)) * np.exp(-np.arange(200) / 60) + 0.01


def series(ends: tuple[int, ...], scale: float = 1.0) -> list[Series]:
    return [Series(str(at), scale * RUNS[at, :end], None, at) for at, end in enumerate(ends)]


def growing(end: int) -> list[Series]:
    return [Series(str(at), run[:end], None, at) for at, run in enumerate(RUNS)]


STEPS = st.tuples(
    st.integers(0, 200),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0.2, 1.0, 3.0]),
    st.integers(0, 200),
)


@given(st.lists(STEPS, max_size=5))
@settings(max_examples=40, deadline=None)
def test_what_is_drawn_again_is_what_is_drawn_anew(
    steps: list[tuple[int, bool, bool, bool, float, int]],
) -> None:
    """Whatever changed: a run grows, another is on top, other values, axis, size, look."""
    chart = LineChart()
    for end, turned, log, color, scale, until in steps:
        runs = growing(end) if scale == 1 else series((end, 200, 50), scale)
        runs = runs[::-1] if turned else runs
        options = {**SIZE, "log": log, "color": color, "until": until}
        again = plain(chart.picture(runs, **options))  # type: ignore[arg-type]
        anew = plain(line_picture(runs, **options))  # type: ignore[arg-type]
        # A line that passes just between two dots takes either.
        other = sum(a != b for a, b in zip("".join(again), "".join(anew), strict=True))
        assert other <= 3


def plain(picture: Picture) -> list[str]:
    return ["".join(text for text, _ in row) for row in picture.rows]


@pytest.mark.parametrize("color", [True, False])
def test_nothing_of_what_is_to_come_is_seen(color: bool) -> None:
    whole = line_picture(growing(200), **SIZE, color=color)  # type: ignore[arg-type]
    for until in (0, 1, 60, 131, 199):
        part = line_picture(growing(200), **SIZE, color=color, until=until)  # type: ignore[arg-type]
        # The axes are those of the whole.
        assert [row[: whole.left] for row in plain(part)] == [
            row[: whole.left] for row in plain(whole)
        ]
        assert plain(part)[-2:] == plain(whole)[-2:]
        now = part.column(max(until, 1))
        assert now is not None
        for row, all_of_it in zip(plain(part)[:-2], plain(whole)[:-2], strict=True):
            assert row[now + 1 :].strip() == ""
            assert row[part.left : now] == all_of_it[part.left : now]
        drawn = [row[part.left : now + 1] for row in plain(part)[:-2]]
        assert any(cells.strip() for cells in drawn) == (until > 1)
    assert line_picture(growing(200), **SIZE, color=color, until=200) == whole  # type: ignore[arg-type]


def test_the_way_to_the_next_of_few_epochs_is_not_told() -> None:
    few = [Series("a", [1.0, 1.0, 9.0, 9.0])]
    options = {"width": 60, "height": 16, "x_limits": (1.0, 4.0)}
    part = line_picture(few, **options, until=2)  # type: ignore[arg-type]
    inked = {row for row, spans in enumerate(part.rows) for _, ink in spans if ink == run_color(0)}
    assert len(inked) == 1


def test_only_what_is_new_is_given_to_plotext(monkeypatch: pytest.MonkeyPatch) -> None:
    given_dots: list[int] = []
    draw = canvas.draw

    def counted(columns: int, rows: int, lines: list[canvas.Line]) -> list[canvas.Codes]:
        given_dots.append(sum(line.x.size for line in lines))
        return draw(columns, rows, lines)

    monkeypatch.setattr(canvas, "draw", counted)
    chart = LineChart()
    chart.picture(growing(100), **SIZE)  # type: ignore[arg-type]
    first = given_dots.pop()
    # Another run on top, and the playhead moved.
    chart.picture(growing(100)[::-1], **SIZE, until=40)  # type: ignore[arg-type]
    assert given_dots == []
    chart.picture(growing(104), **SIZE)  # type: ignore[arg-type]
    assert 0 < given_dots.pop() < first / 5


def test_a_band_is_drawn_again_where_it_changed() -> None:
    chart = LineChart()
    low, high = RUNS[0] / 2, RUNS[0] * 2
    for scale, until in ((1, None), (1, 50), (2, None), (2, 120), (1, None)):
        runs = [Series("a", RUNS[0] * scale, None, 0, low * scale, high * scale)]
        again = chart.picture(runs, **SIZE, until=until)  # type: ignore[arg-type]
        assert again == line_picture(runs, **SIZE, until=until)  # type: ignore[arg-type]
        runs = [Series("a", runs[0].values, None, 0, low * scale, high * scale)]
        assert again == chart.picture(runs, **SIZE, until=until)  # type: ignore[arg-type]
