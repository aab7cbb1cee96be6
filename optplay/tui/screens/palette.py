"""Textual's command palette."""

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.widgets import Input


class Palette(CommandPalette):
    """Closes itself only, and searches no more once it has."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        # As in Dialog: a second Enter may be queued already.
        if not self.is_current:
            return AwaitComplete()
        # A search that has not begun yet would not find the list to fill.
        self.workers.cancel_node(self)
        return super().dismiss(result)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed as it closes is not searched for."""
        if not self.is_current:
            event.stop()
            event.prevent_default()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A list that is not laid out yet, or has no room, has no pages to turn."""
        if action == "command_list":
            return any(found.scrollable_content_region for found in self.query(CommandList))
        return super().check_action(action, parameters)
