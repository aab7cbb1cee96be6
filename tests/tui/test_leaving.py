"""Leaving the app is instant, whatever its threads are at."""

import pytest
from textual.events import Key

from optplay.experiments import load
from optplay.tui.app import Optplay

from .terminal import OPTPLAY, SMALL, Terminal

# A step takes a minute or more.
HEAVY = (
    SMALL.replace("epochs = 100", "epochs = 1")
    .replace("samples = 20", "samples = 30000\nbatch_size = 30000")
    .replace("hidden = [4]", "hidden = [1500, 1500]")
)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "code"), [("q", 0), ("ctrl+c", 130)])
def test_while_a_step_is_made_that_takes_minutes(tmp_path, key, code):
    (tmp_path / "heavy.toml").write_text(HEAVY, encoding="utf-8")
    app = Terminal([OPTPLAY, "heavy.toml"], tmp_path)
    try:
        app.wait("Small", "loading")
        app.press(key)
        assert app.end() == code
        app.assert_restored()
        assert app.left_behind.strip() == ""
    finally:
        app.close()


@pytest.mark.slow
def test_while_it_compiles_for_the_first_time(tmp_path):
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    app = Terminal([OPTPLAY, "small.toml"], tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    try:
        app.wait("compiling")
        app.press("q")
        assert app.end() == 0
        app.assert_restored()
        assert not list(tmp_path.glob("cache/**/run_network_steps-*")), "it waited for the end"
    finally:
        app.close()


async def test_what_is_typed_as_the_app_is_taken_down(small):
    app = Optplay(load(small), small)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        take_down = app._close_all

        async def typed_between():
            # The widgets go before their screen does.
            await app.screen.query_one("#knobs").remove()
            app.post_message(Key("c", "c"))
            await pilot.pause()
            await take_down()

        app._close_all = typed_between
    assert app.fault is None
