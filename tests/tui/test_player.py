"""The playhead."""

from math import inf

import pytest
from hypothesis import given, strategies as st

from optplay.tui.player import SPEEDS, Player


@pytest.fixture
def player():
    """At epoch 10 of 100, all computed, at 25 epochs a second."""
    player = Player(100, 25.0)
    player.edge = 100
    player.go(10)
    return player


def test_it_starts_paused_at_the_end():
    player = Player(300)
    assert (player.epoch, player.at_end, player.playing) == (300, True, False)


def test_it_plays_and_pauses(player):
    player.tick(1)
    assert player.epoch == 10
    player.toggle()
    player.tick(0.5)
    player.tick(0.5)
    assert player.epoch == 35
    player.toggle()
    player.tick(1)
    assert player.epoch == 35


def test_it_stops_at_the_end_and_plays_again_from_the_start(player):
    player.toggle()
    player.tick(1000)
    assert (player.epoch, player.playing) == (100, False)
    player.toggle()
    assert (player.epoch, player.playing) == (0, True)


def test_pausing_at_the_end_stays_there(player):
    player.toggle()
    player.go(100)
    player.toggle()
    assert (player.epoch, player.playing) == (100, False)


@pytest.mark.parametrize("speed", [25.0, inf])
def test_it_waits_at_the_edge_for_what_is_computed(player, speed):
    player.speed = speed
    player.toggle()
    player.edge = 20
    player.tick(10)
    assert (player.epoch, player.playing) == (20, True)
    player.edge = 90
    player.tick(0.4)
    assert player.epoch == (30 if speed == 25 else 90)


def test_a_playhead_beyond_the_edge_stays_until_that_has_come(player):
    player.toggle()
    player.edge = 5
    player.tick(1)
    assert player.epoch == 10
    player.edge = 12
    player.tick(1)
    assert player.epoch == 12


def test_an_edge_of_longer_runs_is_not_played_to(player):
    player.resize(50)
    player.toggle()
    player.tick(1000)
    assert player.epoch == 50


@pytest.mark.parametrize(
    ("start", "by", "epoch"), [(10, 1, 11), (10, -1, 9), (0, -1, 0), (100, 1, 100)]
)
def test_a_step_pauses(player, start, by, epoch):
    player.go(start)
    player.toggle()
    player.go(start)
    player.step(by)
    assert (player.epoch, player.playing) == (epoch, False)


@pytest.mark.parametrize(("epochs", "epoch"), [(100, 7), (10, 6), (1000, 25), (1, 1)])
def test_a_scrub_is_a_fiftieth(epochs, epoch):
    player = Player(epochs)
    player.go(5)
    player.toggle()
    player.go(5)
    player.scrub(1)
    assert (player.epoch, player.playing) == (epoch, True)


@pytest.mark.parametrize(
    ("asked", "epoch"), [(7.4, 7), (7.6, 8), (-3, 0), (0, 0), (100, 100), (1e9, 100)]
)
def test_go(player, asked, epoch):
    player.go(asked)
    assert player.epoch == epoch


@pytest.mark.parametrize(
    ("start", "epochs", "epoch"), [(10, 50, 10), (80, 50, 50), (100, 200, 200)]
)
def test_runs_of_other_lengths(player, start, epochs, epoch):
    player.go(start)
    player.resize(epochs)
    assert (player.epochs, player.epoch) == (epochs, epoch)


def test_speeds(player):
    seen = []
    for by in [1] * 6 + [-1] * 10:
        player.faster(by)
        seen.append(player.speed)
    assert seen[:6] == [50, 100, 250, 1000, inf, inf]
    assert seen[6:] == [1000, 250, 100, 50, 25, 10, 5, 2, 1, 1]
    assert list(SPEEDS) == sorted(set(SPEEDS))


@pytest.mark.parametrize(("speed", "faster"), [(30.0, 50.0), (3.0, 5.0), (1e6, inf), (0.1, 2.0)])
def test_a_speed_in_between(player, speed, faster):
    player.speed = speed
    player.faster(1)
    assert player.speed == faster


@pytest.mark.parametrize(
    ("speed", "text"), [(inf, "as computed"), (25.0, "25 epochs/s"), (1000.0, "1000 epochs/s")]
)
def test_a_speed_in_words(player, speed, text):
    player.speed = speed
    assert player.speed_text() == text


epochs = st.integers(1, 10_000)
seconds = st.floats(0, 1e6)
moves = st.one_of(
    st.tuples(st.just("tick"), seconds), st.tuples(st.just("go"), st.floats(-10, 1e6)),
    st.tuples(st.sampled_from(["step", "scrub", "faster"]), st.integers(-3, 3)),
    st.tuples(st.just("resize"), epochs), st.tuples(st.just("toggle")),
    st.tuples(st.just("edge"), epochs),
)  # fmt: skip


@given(epochs, st.lists(moves, max_size=40))
def test_the_playhead_is_always_within_the_run_and_plays_on_only(first, moves):
    player = Player(first)
    for name, *arguments in moves:
        before = player.epoch
        if name == "edge":
            player.edge = arguments[0]
        else:
            getattr(player, name)(*arguments)
        assert 0 <= player.epoch <= player.epochs
        assert player.at_end == (player.epoch == player.epochs)
        if name == "tick":
            assert before <= player.epoch <= max(before, player.edge)
        if name == "resize":
            assert player.epoch in (before, player.epochs)
