"""A sentence where a picture would be."""

import pytest

from optplay.plots import notice


def test_a_sentence_stands_in_the_middle():
    assert notice("two words", 13, 3).text().split("\n") == [" " * 13, "  two words  ", " " * 13]


def test_lines_are_kept_and_long_ones_wrapped():
    lines = notice("a long line here\nshort", 14, 4).text().split("\n")
    assert [line.strip() for line in lines] == ["a long", "line here", "short", ""]


@pytest.mark.parametrize(("width", "height"), [(0, 0), (1, 1), (3, 2), (40, 1), (5, 9)])
def test_it_has_the_size_asked_for(width, height):
    picture = notice("more words than there is room for", width, height)
    assert len(picture.rows) == height
    assert {sum(len(text) for text, _ in row) for row in picture.rows} <= {width}
