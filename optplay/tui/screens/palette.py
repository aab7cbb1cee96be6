"""Textual's command palette."""

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette


class Palette(CommandPalette):
    """Closes itself only."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Closes the palette."""
        # As in Dialog: a second Enter may be queued already.
        return super().dismiss(result) if self.is_current else AwaitComplete()
