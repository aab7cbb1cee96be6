"""How values are nudged, shown and read."""

from itertools import accumulate
from math import isfinite

import pytest
from hypothesis import example, given, strategies as st

from optplay.errors import InputError
from optplay.experiments.scales import (
    Amount,
    Choice,
    Count,
    Doubling,
    Factor,
    Fraction,
    Layers,
    Memory,
    Number,
    Switch,
)

BIG = 2**63 - 1
RATE, OPEN_RATE = Factor(0.0, 1000.0), Factor(0.0, 1.0, low_open=True, first=1e-12)
FLOATS = [
    RATE, OPEN_RATE, Factor(), Factor(0.1, 10.0, low_open=True, high_open=True), Memory(),
    Memory(0.0, 1.0, True, True), Fraction(), Fraction(0.0, 1.0, True, True), Amount(0.0, 10.0),
    Amount(-3.0, 1000.0),
]  # fmt: skip
WHOLES = [Count(1, 10**7), Doubling(1, 10**6), Number(0, BIG)]
notches = st.lists(st.sampled_from([1, -1]), max_size=60)


def valid(scale):
    """Any value in a scale's range."""
    if scale in WHOLES:
        return st.integers(scale.low, scale.high) | st.integers(scale.low, 50)
    opens = {"exclude_min": scale.low_open, "exclude_max": scale.high_open}
    return st.floats(scale.low, scale.high, **opens).map(lambda value: value + 0.0)


def within(scale, value):
    """Whether a value is in a scale's range."""
    if scale in WHOLES:
        return type(value) is int and scale.low <= value <= scale.high
    low, high = value > scale.low, value < scale.high
    low, high = low or not scale.low_open, high or not scale.high_open
    return low and high and isfinite(value) and scale.low <= value <= scale.high


def turned(scale, value, by, times):
    """The values that so many notches give, one after the other."""
    return list(accumulate([by] * times, scale.nudge, initial=value))[1:]


@pytest.mark.parametrize("scale", FLOATS + WHOLES, ids=repr)
def test_no_number_of_notches_leaves_the_range_and_none_goes_the_other_way(scale):
    @given(valid(scale), notches)
    def holds(value, ways):
        for by in ways:
            moved = scale.nudge(value, by)
            assert within(scale, moved)
            assert (moved - value) * by >= 0
            value = moved

    holds()


@pytest.mark.parametrize("scale", FLOATS + WHOLES, ids=repr)
def test_what_is_spelt_reads_as_the_same_value(scale):
    @given(valid(scale), st.integers(-3, 3))
    def holds(value, times):
        values = [value, *turned(scale, value, 1 if times > 0 else -1, abs(times))]
        for one in values:
            read = scale.read(scale.spell(one))
            assert (read, type(read)) == (one, type(one))

    holds()


@pytest.mark.parametrize(
    ("scale", "start", "up", "down"),
    [
        (RATE, 0.05, [0.07, 0.1, 0.15, 0.2, 0.3, 0.5], [0.03, 0.02, 0.015, 0.01]),
        (RATE, 0.04, [0.06, 0.085, 0.125, 0.175, 0.25], [0.025, 0.0175]),
        (RATE, 700.0, [1000.0, 1000.0], [500.0]),
        (RATE, 0.0, [1e-5, 1.5e-5], [0.0]),
        (RATE, 1.5e-5, [2e-5], [1e-5, 0.0, 0.0]),
        (RATE, 1e-300, [1.5e-300], [0.0]),
        (Factor(1e-7, 1.0), 1e-5, [1.5e-5], [7e-6]),
        (OPEN_RATE, 1.5e-12, [2e-12], [1e-12, 1e-12]),
        (OPEN_RATE, 1e-300, [1.5e-300], [1e-300]),
        (Memory(), 0.9, [0.93, 0.95, 0.97, 0.98, 0.985, 0.99], [0.85, 0.8, 0.7, 0.5, 0.3, 0.0]),
        (Memory(), 0.999, [0.9993], [0.9985]),
        (Fraction(), 0.1, [0.15, 0.2, 0.25], [0.05, 0.0, 0.0]),
        (Fraction(), 0.93, [0.98, 1.0, 1.0], [0.88]),
        (Fraction(0, 1, False, True), 0.93, [0.98, 0.98], [0.88]),
        (Fraction(0, 1, True, True), 0.95, [0.95], [0.9]),
        (Fraction(0, 1, True, True), 0.05, [0.1], [0.05]),
        (Amount(0, 10), 0.5, [0.55, 0.6], [0.45]),
        (Count(1, 1000), 1, [2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150], [1]),
        (Count(1, 1000), 300, [500, 700, 1000, 1000], [200, 150, 100, 70, 50, 30, 20, 15, 10, 7]),
        (Count(1, 300), 250, [300, 300], [175]),
        (Doubling(1, 100), 3, [6, 12, 24, 48, 96, 100, 100], [1, 1]),
        (Number(0, 2), 1, [2, 2], [0, 0]),
        (Layers(), (8, 3), [(16, 6)], [(4, 1), (2, 1), (1, 1), (1, 1)]),
        (Layers(), (9000,), [(10_000,), (10_000,)], [(4500,)]),
        (Layers(), (), [()], [()]),
        (Choice(("a", "b", "c")), "a", ["b", "c", "a"], ["c"]),
        (Switch(), True, [False, True], [False]),
    ],
)
def test_notches(scale, start, up, down):
    assert turned(scale, start, 1, len(up)) == up
    assert turned(scale, start, -1, len(down)) == down


decades = st.integers(-4, 1)
typed = st.builds(lambda m, e: float(f"{m}e{e - 2}"), st.integers(101, 999), decades)


@given(typed, st.sampled_from([1, -1]))
@example(0.05, 1)
@example(0.003, 1)
@example(0.0999, 1)
def test_a_rate_comes_back(value, by):
    there = RATE.nudge(value, by)
    assert 1.3 < (there / value) ** by <= 2
    assert RATE.nudge(there, -by) == value


@given(typed.filter(lambda d: d < 0.5), st.sampled_from([1, -1]))
def test_a_beta_comes_back(distance, by):
    beta = float(f"{1 - distance:.10g}")
    there = Memory().nudge(beta, by)
    assert (there > beta) == (by > 0)
    assert Memory().nudge(there, -by) == beta


@given(st.sampled_from(WHOLES), st.integers(1, 10**5))
def test_a_count_comes_back(scale, value):
    there = scale.nudge(value, 1)
    assert scale.nudge(there, -1) == value


def test_a_long_number_that_was_typed_nearly_comes_back():
    assert RATE.nudge(RATE.nudge(1 / 9, 1), -1) == pytest.approx(1 / 9, rel=1e-9)


@pytest.mark.parametrize(
    ("scale", "text", "value"),
    [
        (Fraction(), "10%", 0.1), (Fraction(), "12.5 %", 0.125), (Fraction(), "0.1", 0.1),
        (RATE, "1e-3", 0.001), (RATE, ".5", 0.5), (Count(), "1,000", 1000), (Count(), " 7 ", 7),
        (Count(), "1,000,000", 10**6), (Number(), "1_000", 1000), (Layers(), "8", (8,)),
        (Layers(), "[16, 8]", (16, 8)), (Layers(), "16,8", (16, 8)), (Layers(), "none", ()),
        (Layers(), "", ()), (Switch(), "On", True), (Switch(), "false", False),
        (RATE, "1/4", 0.25), (RATE, " 1 / 3", 1 / 3), (RATE, "0,05", 0.05), (RATE, "1,5", 1.5),
        (RATE, ",5", 0.5), (RATE, "1,5e-3", 0.0015), (RATE, "1234,567", 1234.567),
        (Fraction(), "12,5 %", 0.125), (RATE, "0,001", 0.001), (RATE, "0,0", 0.0),
        (RATE, "5e-324", 5e-324),
    ],
)  # fmt: skip
def test_read(scale, text, value):
    assert scale.read(text) == value


@pytest.mark.parametrize(
    ("scale", "value", "text"),
    [
        (Fraction(), 0.1, "10 %"), (Fraction(), 0.125, "12.5 %"), (Fraction(), 1e-300, "1e-300"),
        (RATE, 1e-5, "1e-5"), (RATE, 1 / 3, "0.333333…"), (Memory(), 0.9438, "0.9438"),
        (Fraction(), 1 / 3, "33.3333… %"),
        (Count(), 1000, "1000"), (Layers(), (16, 8), "16, 8"), (Layers(), (), "none"),
        (Switch(), False, "off"), (Choice(("a",)), "a", "a"),
    ],
)  # fmt: skip
def test_show(scale, value, text):
    assert scale.show(value) == text


@pytest.mark.parametrize(
    ("scale", "text", "words"),
    [
        (RATE, "fast", "found 'fast', allowed: a number"),
        (RATE, "", "found '', allowed: a number"),
        (RATE, "1,500", "found '1,500', allowed: 1500 or 1.500"),
        (RATE, "1,5,5", "found '1,5,5', allowed: a number"),
        (RATE, "1/0", "found '1/0', allowed: a number"),
        (RATE, "1e-400", "found '1e-400', allowed: 0, or a number of at least 5e-324"),
        (RATE, "-1e-400", "at least 5e-324"),
        (RATE, "1e400", "found '1e400', allowed: a number up to 1.8e+308"),
        (Fraction(), "%", "found '%', allowed: a number"),
        (Count(), "1,5", "found '1,5', allowed: a whole number"),
        (Count(), "1.5", "found '1.5', allowed: a whole number"),
        (Count(), "1__0", "found '1__0', allowed: a whole number"),
        (Number(), "9" * 5000, "a whole number"),
        (Layers(), "8, x", "found 'x', allowed: a whole number"),
        (Choice(("relu", "tanh")), "rely", "unknown name 'rely': did you mean 'relu'?"),
        (Switch(), "maybe", "found 'maybe', allowed: on or off"),
    ],
)
def test_wrong_texts(scale, text, words):
    with pytest.raises(InputError) as caught:
        scale.read(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "scale", [*FLOATS, *WHOLES, Layers(), Choice(("a", "b")), Switch()], ids=repr
)
def test_any_text_is_read_or_refused_in_one_line(scale):
    @given(st.text(max_size=12) | st.text("0123456789.,_-+e% naif[]", max_size=12))
    def holds(text):
        try:
            scale.read(text)
        except InputError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017 - a value is as good

    holds()
