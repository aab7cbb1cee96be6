"""The palette, closed while it searches."""

import asyncio
import random

from textual import events
from textual.command import CommandList

ROUNDS = 30
TYPED = [["a", "escape"], ["a", "b", "escape"], ["escape"], ["a", "escape", "b"]]


async def test_closed_as_fast_as_it_is_typed_into(playground):
    draw = random.Random(1)
    async with playground(size=(60, 20)) as p:
        for _ in range(ROUNDS):
            p.app.post_message(events.Key("ctrl+p", None))
            for _ in range(draw.randint(0, 3)):
                await asyncio.sleep(0.003)
            for key in draw.choice(TYPED):
                p.app.post_message(events.Key(key, key if len(key) == 1 else None))
                if draw.random() < 0.3:
                    await asyncio.sleep(draw.random() * 0.01)
            if draw.random() < 0.2:
                await p.pilot.pause()
        await p.press("escape", "escape", "escape")
        assert len(p.app.screen_stack) == 1


async def test_pages_of_a_list_without_room(playground):
    async with playground(size=(60, 20)) as p:
        await p.pilot.press("ctrl+p")
        await p.until(lambda: p.app.screen.query_one(CommandList).option_count)
        await p.pilot.press("down")
        await p.pilot.press("pagedown")
        assert p.app.screen.query_one(CommandList).highlighted > 0
        await p.pilot.resize_terminal(20, 4)
        await p.pilot.press("pagedown", "x", "pageup", "pagedown", "escape")
        # Before it is laid out.
        for key in ("ctrl+p", "down", "pagedown", "pageup", "b", "pagedown"):
            p.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await p.press("escape", "escape")
        assert len(p.app.screen_stack) == 1
