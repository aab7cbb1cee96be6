"""The legend."""

from optplay.plots import MARKERS, legend, run_color

from .screen import ESCAPE


def test_one_line_in_the_colours_of_the_runs() -> None:
    line = legend(["Adam", "Adam + warmup"]).text()
    assert ESCAPE.sub("", line) == "● Adam   ● Adam + warmup"
    for index in (0, 1):
        assert "\x1b[38;2;{};{};{}m●".format(*run_color(index)) in line


def test_markers_without_colour() -> None:
    assert legend(["a", "b"], color=False).text() == f"{MARKERS[0]} a   {MARKERS[1]} b"


def test_wraps_between_labels_and_cuts_what_is_longer_than_a_line() -> None:
    lines = legend(["one", "two", "a label without end"], width=12, color=False).text().split("\n")
    assert lines == [f"{MARKERS[0]} one", f"{MARKERS[1]} two", f"{MARKERS[2]} a label w…"]
    assert legend(["one", "two"], width=13, color=False).text().count("\n") == 0


def test_wide_characters_count_twice() -> None:
    assert legend(["学習率"], width=7, color=False).text() == f"{MARKERS[0]} 学習…"
    assert legend(["学習率"], width=8, color=False).text() == f"{MARKERS[0]} 学習率"


def test_escapes_in_a_label_are_dropped() -> None:
    assert legend(["a\x1b[31m\nb"], color=False).text() == f"{MARKERS[0]} a[31mb"


def test_no_labels() -> None:
    assert legend([]).text() == ""


def test_rows_are_spans_in_the_runs_colours() -> None:
    rows = legend(["a", "b"], width=20).rows
    assert rows == (
        (
            (MARKERS[0], run_color(0)),
            (" a", None),
            ("   ", None),
            (MARKERS[0], run_color(1)),
            (" b", None),
        ),
    )
    assert len(legend(["a" * 9, "b" * 9], width=12).rows) == 2
