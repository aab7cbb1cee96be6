"""Text as a picture."""

from hypothesis import given, settings, strategies as st

from optplay.plots import text_picture
from optplay.plots.text import shortened, text_cells

RED = (255, 0, 0)
SPANS = st.lists(st.tuples(st.text(max_size=12), st.sampled_from([None, RED])), max_size=4)


@given(st.lists(SPANS.map(tuple), max_size=6), st.integers(-2, 30), st.integers(-2, 8))
@settings(max_examples=150, deadline=None)
def test_any_rows_fill_exactly_the_given_cells(
    rows: list[tuple[tuple[str, None], ...]], width: int, height: int
) -> None:
    picture = text_picture(rows, width, height)
    assert len(picture.rows) == max(height, 0)
    for row in picture.rows:
        text = "".join(part for part, _ in row)
        assert text_cells(text) == max(width, 0)
        assert text.isprintable()


def test_text_keeps_its_place_and_colour() -> None:
    picture = text_picture([(("grad ", None), ("-0.03", RED)), ((("no"), None),)], 8, 3)
    assert picture.rows == (
        (("grad ", None), ("-0.", RED)),
        (("no", None), ("      ", None)),
        (("        ", None),),
    )


def test_a_wide_character_is_not_cut_in_two() -> None:
    picture = text_picture([(("a漢字", RED),)], 4, 1)
    assert picture.rows == ((("a漢 ", RED),),)
    assert shortened("漢字漢字", 6) == "漢字…"
    assert shortened("a\nb\x1b[0m", 9) == "ab[0m"
