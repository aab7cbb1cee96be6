"""The palette, closed while it searches, and without room."""

from textual import events
from textual.command import CommandList
from textual.widgets import Input


async def test_closed_before_what_was_typed_is_searched_for(playground):
    async with playground(size=(60, 20)) as p:
        await p.pilot.press("ctrl+p")
        await p.until(lambda: p.app.screen.query_one(CommandList).option_count)
        palette = p.app.screen
        # Its last message comes when its list is gone already.
        typed = Input.Changed(palette.query_one(Input), "rates")
        await palette.dismiss()
        await p.until(lambda: not palette.query(CommandList))
        await palette._on_message(typed)
        await p.settle()
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
