"""The names of the charts in one line, where one is shown at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget


class ChartTabs(Widget):
    """A click on a name shows that chart."""

    @dataclass
    class Clicked(Message):
        """Another chart is to be shown."""

        quantity: str

    def __init__(self) -> None:
        super().__init__(id="chart-tabs")
        self._tabs: Sequence[tuple[str, str]] = ()
        self._active = ""

    def show(self, tabs: Sequence[tuple[str, str]], active: str) -> None:
        """Draws these (quantity, title) pairs."""
        if (tabs, active) != (self._tabs, self._active):
            self._tabs, self._active = tabs, active
            self.refresh()

    def render(self) -> Text:
        """The names, the active one set off."""
        text = Text(no_wrap=True, end="", overflow="ellipsis")
        for quantity, title in self._tabs:
            text.append(f" {title} ", "reverse bold" if quantity == self._active else "")
        return text

    def on_click(self, event: events.Click) -> None:
        end = 0
        for quantity, title in self._tabs:
            end += len(title) + 2
            if event.x < end:
                self.post_message(self.Clicked(quantity))
                return
