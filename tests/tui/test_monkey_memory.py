"""A seeded monkey that waits for nothing: 20,000 actions, and what the process takes by then."""

import asyncio
import gc
import os
import random
import resource
import sys
from pathlib import Path
from statistics import median
from time import monotonic

import pytest
from textual import events
from textual.geometry import Size
from textual.keys import _character_to_key, key_to_character

from optplay.errors import InputError
from optplay.experiments import load, preset_files
from optplay.tui.app import Optplay

from . import quiet
from .test_monkey import BOUND, OF_VIEWS, OPENING, OTHERS

SEED, ACTIONS, TOLD = 1, 20_000, 50
# Now and then it looks at the screen; then all is drawn, and what can't be fails.
BATCH, LOOKED_EVERY, WEIGHED_EVERY = 12, 48, 500
LOOK_SECONDS = 0.05
# What it may take by the end, and more for a moment, while a view computes; the tests before this
# one took some, too, if it begins with more than it takes alone.
MOST_MB, FOR_A_MOMENT_MB, ALONE_MB, LAST = 400, 100, 186, 10
PAGE_MB = 4096 / 1e6
KINDS = {"bound": 40, "other": 28, "view": 12, "mouse": 9, "type": 5, "resize": 3, "time": 2,
         "open": 1}  # fmt: skip
SIZES = [
    (1, 1), (10, 3), (8, 20), (4, 30), (40, 1), (20, 5), (59, 19), (60, 20), (80, 24), (100, 28),
    (120, 40), (120, 40), (200, 60),
]  # fmt: skip
WORDS = ["0.05", "1e-3", "7", "12", "0,1", "1/3", "adam", "m", "rates", "x.toml", "lr=1e-3:1:3",
         "-1", "nan", "1e-400", "漢字", "[b]"]  # fmt: skip
# What costs minutes of training is for other tests.
LONG = {"compare-surfaces", "exercise-3-effective-rate"}
BUTTONS = [(events.MouseDown, events.MouseUp), (events.MouseDown,), (events.MouseMove,),
           (events.MouseUp,), (events.MouseScrollUp,), (events.MouseScrollDown,)]  # fmt: skip


def megabytes():
    """What the process has in memory: now where the system tells it, else the most so far."""
    gc.collect()
    if sys.platform == "linux":
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


class Monkey:
    """Does things at random in a small app, and knows what it did and what that took."""

    def __init__(self, seed, small):
        self.random, self.small = random.Random(seed), small
        self.done, self.weighed, self.now = [], [], 0.0
        self.presets = [small, *(p for p in preset_files() if p not in LONG)]

    async def walk(self, actions):
        """So many actions; the app is opened again where they closed it."""
        self.left = actions
        while self.left > 0:
            self.app = Optplay(load(self.small), self.small, clock=lambda: self.now)
            async with self.app.run_test(size=(80, 24), notifications=True):
                await quiet.wait_for_idle(max_sleep=1)
                while self.left > 0 and self.app.return_code is None:
                    await self.act()
                # What it opened last is not to be opened while all is taken down.
                await quiet.wait_for_idle(max_sleep=10)

    async def act(self):
        """One thing; and now and then what comes of those before."""
        self.left -= 1
        kind = self.random.choices(list(KINDS), KINDS.values())[0]
        getattr(self, kind)()
        if self.left % BATCH == 0:
            await asyncio.sleep(0)
        if self.left % LOOKED_EVERY == 0:
            await quiet.wait_for_idle(max_sleep=LOOK_SECONDS)
            if self.app.return_code is None and self.app.screen_stack:
                quiet.draw(self.app)
        if self.left % WEIGHED_EVERY == 0:
            self.weighed.append(megabytes())
        app = self.app
        assert app.fault is None
        assert app._exception is None
        failed = app.computing.failure
        assert failed is None or isinstance(failed, InputError), repr(failed)

    def press(self, *keys):
        for key in keys:
            self.done.append(key)
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(events.Key(name, key_to_character(key)))

    def bound(self):
        self.press(self.random.choice(BOUND))

    def other(self):
        self.press(self.random.choice(OTHERS))

    def view(self):
        self.press(self.random.choice([*OPENING, *OF_VIEWS * 2]))

    def type(self):
        self.press("enter", *self.random.choice(WORDS), "enter")

    def mouse(self):
        width, height = self.app.size
        x, y = self.random.randrange(width), self.random.randrange(height)
        kinds = self.random.choice(BUTTONS)
        self.done.append(([kind.__name__ for kind in kinds], x, y))
        for kind in kinds:
            self.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))

    def resize(self):
        size = Size(*self.random.choice(SIZES))
        self.done.append(("resize", *size))
        self.app._driver._size = size
        self.app.post_message(events.Resize(size, size))

    def time(self):
        self.now += self.random.choice([0.1, 1.0, 10.0])
        self.done.append(("time", self.now))
        self.app.call_next(self.app.frame)

    def open(self):
        name = self.random.choice(self.presets)
        self.done.append(("open", name))
        self.app.call_next(self.app.open, name)


@pytest.mark.slow
async def test_a_monkey_that_waits_for_nothing(small):
    monkey, began = Monkey(SEED, small), monotonic()
    try:
        await monkey.walk(ACTIONS)
    except BaseException:
        print(f"{monkey.left} actions left, the last:\n{monkey.done[-TOLD:]}")
        raise
    finally:
        weighed = [round(each) for each in monkey.weighed]
        print(f"{monotonic() - began:.0f} s, {os.cpu_count()} cores; MB: {weighed}")
    before = max(0, monkey.weighed[0] - ALONE_MB)
    assert median(monkey.weighed[-LAST:]) - before < MOST_MB
    assert max(monkey.weighed) - before < MOST_MB + FOR_A_MOMENT_MB
