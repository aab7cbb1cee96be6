"""Which part of an axis is shown."""

from hypothesis import given, strategies as st

from optplay.tui.window import Span

WHOLE = Span(1.0, 300.0)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("zoomed"), st.sampled_from([0.5, 2.0])),
        st.tuples(st.just("moved"), st.sampled_from([-0.25, 0.25])),
    ),
    max_size=12,
)


def test_what_is_at_the_playhead_stays_there():
    near = Span(1, 301).zoomed(0.5, 76)
    assert near == Span(38.5, 188.5)
    assert (76 - near.low) / near.width == (76 - 1) / 300


def test_away_from_it_the_middle_stays():
    assert Span(0, 10).zoomed(0.5, 50) == Span(2.5, 7.5)
    assert Span(2.5, 7.5).zoomed(2) == Span(0, 10)


@given(STEPS, st.floats(-10, 400))
def test_it_never_leaves_the_whole(steps, at):
    span = WHOLE
    for name, by in steps:
        before = span.width
        span = (span.zoomed(by, at) if name == "zoomed" else span.moved(by)).within(WHOLE)
        assert WHOLE.low <= span.low <= span.high <= WHOLE.high + 1e-9
        if name == "moved":
            assert abs(span.width - before) < 1e-6
