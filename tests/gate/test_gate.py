"""What others wrote comes in, or leaves, without what commands a terminal."""

import io
import re

import pytest
from hypothesis import given, strategies as st

from optplay.cli.ascii import HANDLER, stand_in
from optplay.cli.streams import Gated, gated
from optplay.errors import InputError, show, unknown, within
from optplay.experiments import Claim
from optplay.experiments.preset import Run
from optplay.gate import line, prose
from optplay.training import RunConfig

from .hostile import commands, texts

evil = texts.flatmap(lambda text: st.sampled_from([text, text + "\ud83d"]))


@given(evil)
def test_nothing_that_commands_comes_in(text):
    assert commands(prose(text)) == []
    assert commands(line(text)) == []
    assert "\n" not in line(text)
    assert prose(prose(text)) == prose(text)
    assert line(line(text)) == line(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"), ("β1 → 0.9, 学習 é", "β1 → 0.9, 学習 é"), ("\x1b[2J", "\\u001b[2J"),
        ("a\x9bb", "a\\u009bb"), ("a\u202eb", "a\\u202eb"), ("a\u200bb\u00adc\ufe0f", "abc"),
        ("a\tb", "a b"), ("a\r\nb\rc\u2028d", "a b c d"),
    ],
)  # fmt: skip
def test_what_is_shown_instead(text, shown):
    assert line(text) == shown


@given(evil)
def test_an_error_is_one_short_line(text):
    for message in (text, text * 1000, unknown(text, text, [text] * 3000), show(text)):
        with pytest.raises(InputError) as caught, within(text * 100):
            raise InputError(message)
        told = str(caught.value)
        assert commands(told) == []
        assert len(told.splitlines()) <= 1
        assert len(told) <= 800


def test_the_ends_of_a_long_message_are_told():
    told = str(InputError(f"here: found {'x ' * 10_000}, allowed: less"))
    assert told.startswith("here: found x")
    assert told.endswith(", allowed: less")


@given(evil)
def test_records_hold_only_what_can_be_shown(text):
    run = Run(label="a" + text[:5], config=RunConfig())
    assert commands(run.label) == []
    assert "\n" not in run.label
    claim = {"metric": "final_loss", "left": text, "is": "below", "right": 0, "text": "a" + text}
    try:
        claim = Claim.of(claim)
    except InputError as error:
        assert commands(str(error)) == []  # noqa: PT017 - so long a text is refused
    else:
        assert commands(claim.text) == commands(claim.left) == []


@given(evil)
def test_a_stream_lets_through_only_colours(text):
    raw = io.BytesIO()
    stream = Gated(raw, encoding="utf-8", errors=HANDLER, newline="")
    assert stream.write(text) == len(text)
    stream.flush()
    sent = raw.getvalue().decode()
    left = re.sub(r"\r?\x1b\[([\d;:]*m|\?25[hl]|\d*[AK])", "", sent).replace("\t", "")
    assert commands(left) == []


def test_a_stream_lets_through_what_a_progress_bar_does():
    bar = "\x1b[?25l\r\x1b[2K\x1b[38;5;1mtraining\x1b[0m \x1b[1A\x1b[?25h\n"
    assert gated(bar) == bar


@given(st.text())
def test_what_stands_in_is_ascii(text):
    assert text.encode("ascii", HANDLER).isascii()


@pytest.mark.parametrize(
    ("character", "ascii_"),
    [
        ("─", "-"), ("│", "|"), ("┌", "+"), ("╭", "+"), ("┤", "+"), ("●", "*"), ("▲", "^"),
        ("⣿", "#"), ("⠁", "'"), ("⡀", "."), ("\u2800", " "), ("⡇", ":"), ("█", "#"), ("é", "e"),
        ("β", "b"), ("…", "~"), ("学", "??"), ("\u0301", ""), ("\u00a0", " "),
    ],
)  # fmt: skip
def test_stand_ins(character, ascii_):
    assert stand_in(character) == ascii_
