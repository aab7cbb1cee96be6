"""Textual's command palette."""

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette

from optplay.tui.screens.once import Once


class Palette(CommandPalette, Once[None]):
    """Closes itself only, and searches no more once it has."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        # A search that has not begun yet would not find the list to fill.
        if self.on_top:
            self.workers.cancel_node(self)
        return super().dismiss(result)
