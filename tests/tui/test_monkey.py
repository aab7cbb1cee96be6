"""A seeded monkey at the keyboard and the mouse: whatever it does, the app goes on."""

import random
from contextlib import suppress
from time import monotonic

import pytest
from textual import events
from textual.content import Content
from textual.errors import NoWidget
from textual.keys import _character_to_key, key_to_character

from optplay.errors import InputError
from optplay.experiments import load
from optplay.experiments.saving import to_toml
from optplay.tui.app import Optplay
from optplay.tui.bindings import ALL
from optplay.tui.run import _settle
from optplay.tui.views import views
from optplay.tui.widgets.knob_row import KEYS
from optplay.tui.widgets.view import FIRST

SEEDS, ACTIONS, CHECKED_EVERY = (1, 2, 3, 4), 150, 50
SECONDS_TO_SETTLE = 60
PATIENCE = 0.1
LARGE = 120 * 40
QUITTING = {"q", "ctrl+c"}
VIEWS = [binding for view in views().values() for binding in view.BINDINGS]
BOUND = sorted({key for binding in (*ALL, *KEYS) for key in binding.key.split(",")} - QUITTING)
OF_VIEWS = sorted({key for binding in VIEWS for key in binding.key.split(",")})
# A view's own keys do something only where that view is open: one is opened first.
OPENING = [str(number) for number, _ in enumerate(views(), 1)]
OTHERS = [
    "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "tab", "shift+tab",
    "enter", "escape", "backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+a", "ctrl+v",
    "ctrl+x", "shift+left", "shift+home", "f1", "f2", "f11", "ctrl+up", "n", "space",
    *"0123456789.-%,e", *"abcxyzABC[](){}\"'\\#ß∑漢",
]  # fmt: skip
SIZES = [(20, 5), (59, 19), (60, 20), (80, 24), (99, 28), (100, 28), (120, 40), (300, 100)]
MOUSE = {
    "click": [events.MouseDown, events.MouseUp, events.Click], "press": [events.MouseDown],
    "drag": [events.MouseMove], "release": [events.MouseUp], "wheel up": [events.MouseScrollUp],
    "wheel down": [events.MouseScrollDown],
}  # fmt: skip


class Monkey:
    """Does things at random, and knows what it did."""

    def __init__(self, seed, app, pilot):
        self.random, self.app, self.pilot = seed, app, pilot
        self.done = []

    async def act(self):
        """Does one thing, and often does not wait for what comes of it."""
        app, draw, pilot = self.app, self.random, self.pilot
        kind = draw.choices(["bound", "other", "view", "mouse", "resize"], [42, 42, 10, 5, 1])[0]
        width, height = app.size
        if kind == "mouse":
            way = draw.choice(["click", *MOUSE])
            at = draw.randrange(width), draw.randrange(height)
            self.done.append((way, at))
            # There is none on a screen that has not been laid out yet.
            with suppress(NoWidget):
                await pilot._post_mouse_events(MOUSE[way], offset=at, button=1)
        elif kind == "resize":
            size = draw.choice([*SIZES, (draw.randint(20, 300), draw.randint(5, 100))])
            self.done.append(("resize", size))
            await pilot.resize_terminal(*size)
            if size[0] * size[1] > LARGE:
                # One look at it: drawing it takes long.
                await pilot.resize_terminal(80, 24)
        else:
            keys = {"bound": BOUND, "other": OTHERS, "view": [*OPENING, *OF_VIEWS * 2]}
            key = draw.choice(keys[kind])
            self.done.append(key)
            app.post_message(events.Key(_character_to_key(key) if len(key) == 1 else key,
                                        key_to_character(key)))  # fmt: skip
            if draw.random() < PATIENCE:
                await pilot.pause()
        assert app.fault is None
        assert app.computing.failure is None or isinstance(app.computing.failure, InputError), repr(
            app.computing.failure
        )

    async def check(self, file):
        """The app answers, what it holds is valid, and what it shows is what it holds."""
        app = self.app
        await self.pilot.press(*["escape"] * 6)
        assert len(app.screen_stack) == 1
        for key, epoch in (("comma", None), ("home", 0), ("end", app.player.epochs)):
            await self.pilot.press(key)
            assert epoch in (None, app.player.epoch), key
        session, stage = app.session, app.stage
        preset = session.preset
        file.write_text(to_toml(preset), encoding="utf-8")
        again = load(str(file))
        assert (again.runs, again.seeds, again.claims) == (
            preset.runs, preset.seeds, preset.claims,
        )  # fmt: skip
        assert app.workspace.runs.option_count == len(preset.runs)
        assert app.workspace.runs.highlighted == session.state.selected
        turned = f"All runs, as {session.run.label}" if session.all_runs else session.run.label
        assert app.workspace.controls.border_title == Content(turned).markup
        for row in app.workspace.controls.rows:
            if row.key.name not in ("scope", "more"):
                assert row.value == session.value(row.key.name), row.key.name
        view = app.workspace.view
        assert view.stage is stage
        if app.workspace.view_name == FIRST:
            for quantity in [view.active] if view.single else stage.charts:
                assert view.charts[quantity]._key == (stage.key(), quantity)

    async def stop(self, opened):
        """Whatever still goes on gives way to another preset, which is soon computed."""
        self.app.open(opened)
        deadline = monotonic() + SECONDS_TO_SETTLE
        while not self.app.computing.settled:
            assert monotonic() < deadline, "it never settles"
            await self.pilot.pause(0.02)
        await self.pilot.pause()
        assert len(self.app.stage.histories) == len(self.app.session.preset.runs)


async def wander(seed, actions, opened, folder):
    """So many actions; the app is opened again where they closed it."""
    draw, left = random.Random(seed), actions
    while left > 0:
        app = Optplay(load(opened), opened)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await _settle(app, pilot)
            monkey = Monkey(draw, app, pilot)
            try:
                while left > 0 and app.return_code is None:
                    left -= 1
                    await monkey.act()
                    if left % CHECKED_EVERY == 0 and app.return_code is None:
                        await monkey.check(folder / "checked.toml")
                if app.return_code is None:
                    await monkey.stop(opened)
            except BaseException:
                print(f"seed {seed}, {left} actions left, the last: {monkey.done[-40:]}")
                raise


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_monkey(seed, small, tmp_path):
    await wander(seed, ACTIONS, small, tmp_path)
