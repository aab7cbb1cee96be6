"""Playing, with a clock that only the test moves."""

import pytest


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


async def test_the_playhead_moves_by_speed_times_time(playground, clock):
    async with playground(clock=clock, speed=2.0) as p:
        await p.press("home", "space")
        for seconds, epoch in ((1.0, 2), (0.25, 2), (0.25, 3), (3.0, 9), (0.0, 9)):
            clock.now += seconds
            p.app.frame()
            assert p.app.player.epoch == epoch
        await p.press("right_square_bracket", "right_square_bracket")
        clock.now += 0.5
        p.app.frame()
        assert p.app.player.epoch == 14
        await p.press("space")
        clock.now += 5
        p.app.frame()
        assert (p.app.player.epoch, p.app.player.playing) == (14, False)
        # The pause is not made up for.
        await p.press("space")
        p.app.frame()
        assert p.app.player.epoch == 14
        clock.now += 60
        p.app.frame()
        assert (p.app.player.epoch, p.app.player.playing) == (20, False)
        await p.press("space")
        assert (p.app.player.epoch, p.app.player.playing) == (0, True)


async def test_the_timer_runs_only_while_it_plays(playground, clock):
    async with playground(clock=clock, speed=1.0) as p:
        await p.press("home", "space")
        clock.now += 3
        await p.until(lambda: p.app.player.epoch == 3)
        assert "▶ epoch 3/20" in p.lines[0]
        await p.press("space")
        assert not p.app._frames._active.is_set()


async def test_the_playhead_stays_on_edits(playground):
    async with playground() as p:
        await p.press("home", *["full_stop"] * 7)
        for key in ("w", "d", "r", "j", "c", "u", "m", "m", "a", "escape", "b"):
            await p.press(key)
            assert p.app.player.epoch == 7, key
        await p.focus("epochs")
        await p.press("right")
        assert (p.app.player.epoch, p.app.player.epochs) == (7, 50)
        # A shorter run takes it along.
        await p.press("left", "left", "left")
        assert (p.app.player.epoch, p.app.player.epochs) == (5, 5)


async def test_the_end_stays_the_end(playground):
    async with playground() as p:
        await p.focus("epochs")
        await p.press("right")
        assert (p.app.player.epoch, p.app.player.at_end) == (50, True)


async def test_time_travel_shows_the_values_of_then(playground):
    async with playground() as p:
        await p.press("home", *["full_stop"] * 4)
        for label, history in p.app.stage.histories.items():
            assert p.app.stage.value(label, "loss") == history["loss"][3]
            assert f"{history['loss'][3]:.3g}" in p.text
        await p.press("home")
        assert [row.loss for row in p.app.stage.rows()] == ["—", "—"]


async def test_forks_need_a_past(playground):
    async with playground() as p:
        await p.press("f")
        assert "Move the playhead to an epoch from 1 to 19" in p.told[-1]
        await p.press("home", "f")
        assert p.app.stage.labels == ["SGD", "Adam"]
        await p.press("full_stop", "f", "w")
        parent, fork = (p.app.stage.histories[label] for label in ("SGD", "SGD from 1"))
        assert parent["loss"][0] == fork["loss"][0]
        assert parent["loss"][1] != fork["loss"][1]
