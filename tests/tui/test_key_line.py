"""The line of keys: whole ones that fit, each of which a click presses."""

from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from optplay.tui.widgets.key_line import KeyLine

MOVE = Binding.Group("Move", compact=True)
WHOLE = "f1 Help ↑↓ Move q Quit"
ITEMS = ["f1 Help", "↑↓ Move", "q Quit"]


class Keyed(App[None]):
    """Keeps which keys were pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,f2", "press('f1')", "Help"),
        Binding("up", "press('up')", "Up", group=MOVE),
        Binding("down", "press('down')", "Down", group=MOVE),
        Binding("x", "press('x')", "Hidden", show=False),
        Binding("q", "press('q')", "Quit"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[str] = []

    def compose(self) -> ComposeResult:
        yield Input()
        yield KeyLine()

    def action_press(self, key: str) -> None:
        self.pressed.append(key)


def shown(app: App[None]) -> str:
    return str(app.query_one(KeyLine).render()).rstrip()


@pytest.mark.parametrize("width", range(1, 30))
async def test_keys_are_shown_as_a_whole_or_not_at_all(width: int) -> None:
    app = Keyed()
    async with app.run_test(size=(width, 5)) as pilot:
        app.set_focus(None)
        await pilot.pause()
        fitting = [
            " ".join(ITEMS[:count])
            for count in range(len(ITEMS) + 1)
            if len(" ".join(ITEMS[:count])) <= width
        ]
        assert shown(app) == fitting[-1]


async def test_a_click_presses_the_key_that_it_is_on() -> None:
    app = Keyed()
    async with app.run_test(size=(60, 5)) as pilot:
        app.set_focus(None)
        await pilot.pause()
        assert shown(app) == WHOLE
        for text, key in [("f1", "f1"), ("Help", "f1"), ("↑", "up"), ("↓", "down"),
                          ("Move", "down"), ("q", "q"), ("Quit", "q")]:  # fmt: skip
            app.pressed.clear()
            await pilot.click(KeyLine, offset=(WHOLE.index(text), 0))
            await pilot.pause()
            assert app.pressed == [key]
        app.pressed.clear()
        await pilot.click(KeyLine, offset=(len(WHOLE) + 1, 0))
        await pilot.pause()
        assert app.pressed == []


async def test_the_line_follows_the_focus() -> None:
    app = Keyed()
    async with app.run_test(size=(60, 5)) as pilot:
        app.query_one(Input).focus()
        await pilot.pause()
        # An input takes letters itself.
        assert "q Quit" not in shown(app)
        app.set_focus(None)
        await pilot.pause()
        assert shown(app) == WHOLE
