"""Yes or no."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.widgets import Button, Static

from optplay.tui.screens.dialog import Dialog


class Confirm(Dialog[bool]):
    """Gives True for yes only."""

    BINDINGS = [
        Binding("y", "dismiss(True)", "Yes"),
        Binding("n", "close", "No"),
        Binding("escape", "close", "No", show=False),
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("right", "app.focus_next", "Next", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: str, yes: str) -> None:
        super().__init__("")
        self.question = question
        self.yes = yes

    def body(self) -> ComposeResult:
        yield Static(Content(self.question))
        with HorizontalGroup(id="buttons"):
            yield Button(Content(self.yes), id="yes", variant="warning")
            yield Button("No", id="no")

    def action_close(self) -> None:
        self.dismiss(False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
