"""What all dialogs share: a box over the dimmed app, its keys at the bottom, and ways out."""

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Footer

# Rows of the screen that what scrolls leaves to the rest of the box and around it.
AROUND = 8


class Dialog(ModalScreen[ScreenResultType]):
    """A box with a title; what is in it comes from `body`, in which `.scrolls` takes the room."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;

        #box {
            width: 90%;
            max-width: 64;
            height: auto;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-color: $text;
            border-title-style: bold;
        }
        .scrolls {
            scrollbar-gutter: stable;
            scrollbar-size: 0 1;
        }
        .wrong {
            color: $text-error;
        }
        /* The id outweighs what Textual's widgets say about their compact form. */
        #box Input, #box OptionList {
            border: none;
            padding: 0;
            background: $surface;
            background-tint: $surface 0%;
        }
        #box Input {
            padding: 0 1;
            background: $panel;
        }
        #box OptionList > .option-list--option {
            padding: 0 1;
        }
        #box OptionList > .option-list--option-highlighted {
            color: $foreground;
            background: $primary 30%;
            text-style: none;
        }
        #box Footer {
            dock: none;
            margin-top: 1;
            background: $surface;
        }
        #box FooterKey, #box FooterLabel {
            background: $surface;
            margin: 0 1 0 0;
        }
        #box KeyGroup, #box KeyGroup FooterKey {
            margin: 0;
            padding: 0;
        }
        #box KeyGroup {
            margin-right: 1;
        }
    }
    """
    BINDINGS = [Binding("escape", "close", "Close")]

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(self.heading)
            yield from self.body()
            yield Footer(show_command_palette=False, compact=True)

    def body(self) -> ComposeResult:
        """The widgets between title and keys."""
        raise NotImplementedError

    def on_resize(self, event: events.Resize) -> None:
        # Textual ignores a `max-height` in % or vh when it fits the box to what is in it.
        for part in self.query(".scrolls"):
            part.styles.max_height = max(1, event.size.height - AROUND)

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Closes the dialog."""
        # A second Enter may be queued already: it must not close the screen below.
        return super().dismiss(result) if self.is_current else AwaitComplete()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.action_close()

    def action_close(self) -> None:
        """Closes the dialog without an answer."""
        self.dismiss()
