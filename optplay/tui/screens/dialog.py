"""What all dialogs share: a box over the dimmed app, its keys at the bottom, and ways out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ScreenResultType

from optplay.tui.screens.once import Once
from optplay.tui.widgets.key_line import KeyLine

# Rows of the screen that what scrolls leaves to the rest of the box and around it.
AROUND = 8


class Dialog(Once[ScreenResultType]):
    """A box with a title; what is in it comes from `body`, in which `.scrolls` takes the room."""

    CSS_PATH = Path(__file__).with_name("dialogs.tcss")
    BINDINGS = [Binding("escape", "close", "Close")]

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(self.heading)
            yield from self.body()
            yield KeyLine()

    def body(self) -> ComposeResult:
        """The widgets between title and keys."""
        raise NotImplementedError

    def on_resize(self, event: events.Resize) -> None:
        # Textual ignores a `max-height` in % or vh when it fits the box to what is in it.
        for part in self.query(".scrolls"):
            part.styles.max_height = max(1, event.size.height - AROUND)

    def ask(self, app: App[Any], take: Callable[[ScreenResultType], object]) -> None:
        """Opens it; what it gives is taken, and nothing if it is closed without an answer."""

        def taken(found: ScreenResultType | None) -> None:
            if found is not None:
                take(found)

        app.push_screen(self, taken)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.action_close()

    def action_close(self) -> None:
        self.dismiss()
