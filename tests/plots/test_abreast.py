"""Several pictures on a grid."""

import pytest
from hypothesis import given, strategies as st

from optplay.plots import Panel, Picture, abreast


def panel(letter, sizes):
    """A panel filled with a letter, which notes the sizes that it is asked for."""

    def draw(width, height):
        sizes.append((width, height))
        return Picture((((letter * width, None),),) * height)

    return Panel(letter, draw)


def test_wide_room_sets_them_side_by_side_and_high_room_below_each_other():
    sizes = []
    wide = abreast([panel("a", sizes), panel("b", sizes)], 22, 5, color=False).text()
    assert wide.split("\n")[:2] == ["a           b         ", "aaaaaaaaaa  bbbbbbbbbb"]
    high = abreast([panel("a", sizes), panel("b", sizes)], 10, 20, color=False).text()
    assert high.split("\n")[0] == "a         "
    assert high.split("\n")[10] == "b         "
    assert sizes == [(10, 4), (10, 4), (10, 9), (10, 9)]


def test_titles_have_the_runs_colour_or_marker():
    sizes = []
    one = panel("a", sizes)
    colored = Panel("Adam", one.draw, 1)
    assert "\x1b[38;2;230;159;0m● Adam" in abreast([colored], 12, 5).text()
    assert abreast([colored], 12, 5, color=False).text().startswith("x Adam      \n")


def test_titles_without_room_are_shortened():
    long = Panel("Adam with all", panel("a", []).draw)
    marked = Panel("Adam with all", long.draw, 1)
    text = abreast([long, marked], 22, 5, color=False).text()
    assert text.split("\n")[0] == "Adam with…  x Adam wi…"


@given(st.integers(1, 7), st.integers(1, 90), st.integers(1, 40))
def test_it_is_of_the_size_asked_for(count, width, height):
    panels = [panel(letter, []) for letter in "abcdefg"[:count]]
    picture = abreast(panels, width, height, color=False)
    assert len(picture.rows) == height
    assert {sum(len(text) for text, _ in row) for row in picture.rows} == {width}


@pytest.mark.parametrize(("height", "titles"), [(9, "a and 6 more"), (4, "")])
def test_panels_without_room_are_counted(height, titles):
    panels = [panel(letter, []) for letter in "abcdefg"]
    lines = abreast(panels, 22, height).text().split("\n")
    assert len(lines) == height
    assert " ".join(lines[0].split()) == titles
