"""A line to type."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from optplay.errors import InputError
from optplay.tui.screens.dialog import Dialog


def refused(read: Callable[[], object]) -> str | None:
    """Why reading a text is refused; None if it is not."""
    try:
        read()
    except InputError as error:
        return str(error)
    return None


class Prompt(Dialog[str]):
    """Gives the text typed, without space around it, once `check` finds nothing wrong with it."""

    BINDINGS = [Binding("enter", "take", "Take", priority=True)]

    def __init__(
        self, title: str, value: str, check: Callable[[str], str | None], hint: str = ""
    ) -> None:
        super().__init__(title)
        self.value = value
        self.check = check
        self.hint = hint

    def body(self) -> ComposeResult:
        yield Input(self.value, compact=True, select_on_focus=True)
        yield Static(id="told")

    def on_mount(self) -> None:
        self.tell()

    def on_input_changed(self) -> None:
        self.tell()

    @property
    def typed(self) -> str:
        return self.query_one(Input).value.strip()

    def tell(self) -> None:
        """Shows what is wrong, else the hint."""
        error = self.check(self.typed)
        told = self.query_one("#told", Static)
        told.update(Content(error or self.hint))
        told.set_class(error is not None, "wrong")

    def action_take(self) -> None:
        if self.check(self.typed) is None:
            self.dismiss(self.typed)
