"""The playhead."""

import pytest
from hypothesis import given, strategies as st

from optplay.tui.player import SPEEDS, USUAL, Player, speed_name


@pytest.fixture
def player():
    """At epoch 10 of 100, all computed, at 25 epochs a second."""
    player = Player(100, 4.0)
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


@pytest.mark.parametrize("seconds", [4.0, 0.0])
def test_it_waits_at_the_edge_for_what_is_computed(player, seconds):
    player.seconds = seconds
    player.toggle()
    player.edge = 20
    player.tick(10)
    assert (player.epoch, player.playing) == (20, True)
    player.edge = 90
    player.tick(0.4)
    assert player.epoch == (30 if seconds else 90)


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


@pytest.mark.parametrize("epochs", [1, 20, 300, 20_000])
def test_the_usual_speed_plays_any_run_in_twelve_seconds(epochs):
    player = Player(epochs)
    player.edge = epochs
    player.go(0)
    player.toggle()
    player.tick(6)
    assert player.epoch == epochs // 2
    player.tick(5.9)
    assert player.playing
    player.tick(0.2)
    assert (player.epoch, player.playing) == (epochs, False)


def test_speeds(player):
    player.seconds, seen = USUAL, []
    for by in [1] * 5 + [-1] * 9:
        player.faster(by)
        seen.append(player.seconds)
    assert seen == [6, 3, 1.5, 0, 0, 1.5, 3, 6, 12, 24, 48, 96, 192, 192]


@pytest.mark.parametrize(("seconds", "faster"), [(13.0, 6.0), (5.0, 3.0), (0.1, 0.0), (1e6, 96.0)])
def test_a_speed_in_between(player, seconds, faster):
    player.seconds = seconds
    player.faster(1)
    assert player.seconds == faster


def test_a_speed_is_called_by_what_it_means():
    named = [speed_name(seconds) for seconds in SPEEDS]
    assert (named[-1], speed_name(USUAL)) == ("as computed", "whole run in 12 s")
    assert len(set(named)) == len(SPEEDS)


def test_nothing_is_hidden_of_what_does_not_play_by_itself(player):
    assert (player.horizon, player.seen) == (100, True)


def test_it_plays_once_by_itself_and_hides_what_is_to_come(player):
    player.seconds = USUAL
    player.play_once()
    assert (player.epoch, player.horizon, player.seen, player.playing) == (0, 0, False, True)
    player.tick(3)
    assert (player.epoch, player.horizon) == (25, 25)
    player.tick(100)
    assert (player.epoch, player.horizon, player.seen, player.playing) == (100, 100, True, False)
    player.go(0)
    assert player.horizon == 100


@pytest.mark.parametrize(
    "take",
    [lambda p: p.toggle(), lambda p: p.step(1), lambda p: p.scrub(-1), lambda p: p.take_over()],
)
def test_whoever_does_something_takes_over(player, take):
    player.play_once()
    player.tick(3)
    take(player)
    assert not player.playing
    now = player.epoch
    player.tick(3)
    assert player.epoch == now
    # What the person plays goes on when they scrub.
    player.toggle()
    player.scrub(1)
    assert player.playing


def test_the_horizon_stays_where_it_was_reached(player):
    player.play_once()
    player.go(60)
    player.go(20)
    assert (player.horizon, player.seen) == (60, False)
    player.resize(200)
    assert (player.horizon, player.seen) == (60, False)
    player.resize(50)
    assert (player.horizon, player.seen) == (50, False)
    player.go(50)
    player.resize(300)
    assert (player.horizon, player.seen) == (300, True)


epochs = st.integers(1, 10_000)
seconds = st.floats(0, 1e6)
moves = st.one_of(
    st.tuples(st.just("tick"), seconds), st.tuples(st.just("go"), st.floats(-10, 1e6)),
    st.tuples(st.sampled_from(["step", "scrub", "faster"]), st.integers(-3, 3)),
    st.tuples(st.just("resize"), epochs), st.tuples(st.just("toggle")),
    st.tuples(st.just("edge"), epochs), st.tuples(st.sampled_from(["play_once", "take_over"])),
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
        assert player.epoch <= player.horizon <= player.epochs
        if name == "tick":
            assert before <= player.epoch <= max(before, player.edge)
        if name == "resize":
            assert player.epoch in (before, player.epochs)
