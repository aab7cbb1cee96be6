"""A screen that answers once, and nothing but while it is the one on top."""

from textual.await_complete import AwaitComplete
from textual.events import Event, Mount
from textual.message import Message
from textual.screen import ModalScreen, ScreenResultType


class Once(ModalScreen[ScreenResultType]):
    """Keys and clicks come in batches: what is still queued as it closes finds it gone.

    Textual 8.2.8 would close the screen below, or fail as one answer is given twice, as parts are
    asked for that are not there yet or no more.
    """

    @property
    def on_top(self) -> bool:
        # Textual's `is_current` is true of what is seen through another screen, too.
        stack = self.app.screen_stack
        return bool(stack) and stack[-1] is self

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        return super().dismiss(result) if self.on_top else AwaitComplete()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No action of its own before its parts are there, and none after they are gone."""
        ready = self.on_top and self.is_mounted
        return super().check_action(action, parameters) if ready else False

    async def _on_message(self, message: Message) -> None:
        # What its parts told it while it was open is of no use once it is closed.
        told = message.bubble and not isinstance(message, Event)
        # Where the app ends as it opens, its parts are never put into it: it is told that they are.
        empty = isinstance(message, Mount) and self._pruning
        if not empty and (not told or self in self.app.screen_stack):
            await super()._on_message(message)
