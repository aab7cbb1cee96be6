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
    async with playground(clock=clock, seconds=10.0) as p:
        await p.press("home", "space")
        for seconds, epoch in ((1.0, 2), (0.25, 2), (0.25, 3), (3.0, 9), (0.0, 9)):
            clock.now += seconds
            p.app.frame()
            assert p.app.player.epoch == epoch
        await p.press("right_square_bracket", "right_square_bracket")
        clock.now += 0.5
        p.app.frame()
        assert p.app.player.epoch == 12
        await p.press("space")
        clock.now += 5
        p.app.frame()
        assert (p.app.player.epoch, p.app.player.playing) == (12, False)
        # The pause is not made up for.
        await p.press("space")
        p.app.frame()
        assert p.app.player.epoch == 12
        clock.now += 60
        p.app.frame()
        assert (p.app.player.epoch, p.app.player.playing) == (20, False)
        await p.press("space")
        assert (p.app.player.epoch, p.app.player.playing) == (0, True)


async def test_the_timer_runs_only_while_it_plays(playground, clock):
    async with playground(clock=clock, seconds=20.0) as p:
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
        assert (p.app.player.epoch, p.app.player.epochs) == (7, 30)
        # A shorter run takes it along.
        await p.press(*["left"] * 5)
        assert (p.app.player.epoch, p.app.player.epochs) == (5, 5)


async def test_the_end_stays_the_end(playground):
    async with playground() as p:
        await p.focus("epochs")
        await p.press("right")
        assert (p.app.player.epoch, p.app.player.at_end) == (30, True)


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


def drawn(p, quantity="loss"):
    """How many cells of a chart's plot have something of a curve, from the left."""
    chart = p.curves.charts[quantity]
    left = chart._picture.left
    columns = zip(*(line.text[left:] for line in p.inside(chart)[1:-2]), strict=True)
    return [any(0x2800 < ord(cell) < 0x2900 for cell in column) for column in columns]


async def test_a_preset_plays_once_by_itself_and_hides_what_is_to_come(playground, clock):
    async with playground(clock=clock, autoplay=True) as p:
        assert "▶ epoch 0/20" in p.lines[0]
        assert not any(drawn(p))
        clock.now += 6
        p.app.frame()
        await p.settle()
        assert p.app.player.epoch == 10
        half = drawn(p)
        assert any(half[: len(half) // 2])
        assert not any(half[len(half) // 2 + 1 :])
        limits = p.curves.charts["loss"]._picture
        clock.now += 7
        p.app.frame()
        await p.settle()
        assert "■ epoch 20/20" in p.lines[0]
        assert drawn(p)[-1]
        assert p.curves.charts["loss"]._picture is limits
        # Once it was seen nothing hides again.
        await p.press("home")
        assert drawn(p)[-1]


@pytest.mark.parametrize("key", ["space", "full_stop", "left", "w", "r"])
async def test_a_key_that_scrubs_pauses_or_edits_takes_over(playground, clock, key):
    async with playground(clock=clock, autoplay=True) as p:
        clock.now += 6
        p.app.frame()
        await p.press(key)
        assert not p.app.player.playing
        assert (p.app.player.horizon, p.app.player.seen) == (10 + (key == "full_stop"), False)
        assert not drawn(p)[-1]
        await p.press("end")
        assert drawn(p)[-1]


async def test_other_keys_let_it_play(playground, clock):
    async with playground(clock=clock, autoplay=True) as p:
        await p.press("j", "m", "m", "l", "l", "2", "1", "right_square_bracket")
        assert p.app.player.playing


async def test_another_preset_plays_by_itself_too(playground, clock):
    async with playground(clock=clock, autoplay=True) as p:
        await p.press("end")
        p.app.open("problem-3-saddle")
        await p.settle()
        assert (p.app.player.epoch, p.app.player.horizon, p.app.player.playing) == (0, 0, True)
