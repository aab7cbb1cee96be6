"""How values are nudged, shown and read."""

from itertools import accumulate
from math import isfinite, log10

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
def test_what_is_shown_reads_as_the_same_value(scale):
    @given(valid(scale), st.integers(-3, 3))
    def holds(value, times):
        values = [value, *turned(scale, value, 1 if times > 0 else -1, abs(times))]
        for one in values:
            read = scale.read(scale.show(one))
            assert (read, type(read)) == (one, type(one))

    holds()


@pytest.mark.parametrize(
    ("scale", "start", "up", "down"),
    [
        (RATE, 0.001, [0.00178, 0.00316, 0.00562, 0.01], [0.000562, 0.000316, 0.000178, 0.0001]),
        (RATE, 0.002, [0.00356, 0.0063, 0.0112, 0.02], [0.00112, 0.00063, 0.000354, 0.0002]),
        (RATE, 562.0, [1000.0, 1000.0], [316.0]),
        (RATE, 0.0, [1e-5, 1.78e-5], [0.0]),
        (RATE, 1.78e-5, [3.16e-5], [1e-5, 0.0, 0.0]),
        (RATE, 1e-300, [1.78e-300], [0.0]),
        (Factor(1e-7, 1.0), 1e-5, [1.78e-5], [5.62e-6]),
        (OPEN_RATE, 1.78e-12, [3.16e-12], [1e-12, 1e-12]),
        (OPEN_RATE, 1e-300, [1.78e-300], [1e-300]),
        (Memory(), 0.9, [0.9438, 0.9684, 0.9822, 0.99], [0.822, 0.684, 0.438, 0.0, 0.0]),
        (Memory(), 0.999, [0.999438], [0.99822]),
        (Fraction(), 0.1, [0.15, 0.2, 0.25], [0.05, 0.0, 0.0]),
        (Fraction(), 0.93, [0.98, 1.0, 1.0], [0.88]),
        (Fraction(0, 1, False, True), 0.93, [0.98, 0.98], [0.88]),
        (Fraction(0, 1, True, True), 0.95, [0.95], [0.9]),
        (Fraction(0, 1, True, True), 0.05, [0.1], [0.05]),
        (Amount(0, 10), 0.5, [0.55, 0.6], [0.45]),
        (Count(1, 1000), 1, [2, 5, 10, 20, 50, 100, 200, 500, 1000, 1000], [1]),
        (Count(1, 1000), 300, [500], [200, 100, 50, 20, 10, 5, 2, 1, 1]),
        (Count(1, 300), 200, [300, 300], [100]),
        (Doubling(1, 100), 3, [4, 8, 16, 32, 64, 100, 100], [2, 1, 1]),
        (Number(0, 2), 1, [2, 2], [0, 0]),
        (Layers(), (8, 3), [(16, 4)], [(4, 2), (2, 1), (1, 1), (1, 1)]),
        (Layers(), (9000,), [(10_000,), (10_000,)], [(8192,)]),
        (Layers(), (), [()], [()]),
        (Choice(("a", "b", "c")), "a", ["b", "c", "a"], ["c"]),
        (Switch(), True, [False, True], [False]),
    ],
)
def test_notches(scale, start, up, down):
    assert turned(scale, start, 1, len(up)) == up
    assert turned(scale, start, -1, len(down)) == down


decades = st.integers(-4, 1)
grid = st.builds(lambda m, e: float(f"{m}e{e}"), st.sampled_from([1, 1.78, 3.16, 5.62]), decades)
# 5.6 is next to the grid, and is drawn to it.
short = st.builds(
    lambda m, e: float(f"{m}e{e - 1}"), st.integers(10, 99).filter(lambda m: m != 56), decades
)


@given(grid | short, st.sampled_from([1, -1]))
@example(0.002, -1)
def test_a_rate_comes_back(value, by):
    there = RATE.nudge(value, by)
    assert abs(log10(there / value) - by / 4) < 0.005
    assert RATE.nudge(there, -by) == value


@given(grid.filter(lambda d: d < 0.5), st.sampled_from([1, -1]))
def test_a_beta_comes_back(distance, by):
    beta = float(f"{1 - distance:.10g}")
    there = Memory().nudge(beta, by)
    assert abs(log10((1 - there) / (1 - beta)) + by / 4) < 0.005
    assert Memory().nudge(there, -by) == beta


@pytest.mark.parametrize(
    ("scale", "text", "value"),
    [
        (Fraction(), "10%", 0.1), (Fraction(), "12.5 %", 0.125), (Fraction(), "0.1", 0.1),
        (RATE, "1e-3", 0.001), (RATE, ".5", 0.5), (Count(), "1,000", 1000), (Count(), " 7 ", 7),
        (Count(), "1,000,000", 10**6), (Number(), "1_000", 1000), (Layers(), "8", (8,)),
        (Layers(), "[16, 8]", (16, 8)), (Layers(), "16,8", (16, 8)), (Layers(), "none", ()),
        (Layers(), "", ()), (Switch(), "On", True), (Switch(), "false", False),
    ],
)  # fmt: skip
def test_read(scale, text, value):
    assert scale.read(text) == value


@pytest.mark.parametrize(
    ("scale", "value", "text"),
    [
        (Fraction(), 0.1, "10 %"), (Fraction(), 0.125, "12.5 %"), (Fraction(), 1e-300, "1e-300"),
        (RATE, 1e-5, "1e-05"), (RATE, 1 / 3, "0.3333333333333333"), (Memory(), 0.9438, "0.9438"),
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
        (RATE, "1,5", "found '1,5', allowed: a number"),
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
