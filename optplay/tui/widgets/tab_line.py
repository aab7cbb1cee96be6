"""Names in one line, one of which is what is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget


@dataclass(frozen=True)
class Tab:
    """A name with a title; `short` stands for it where there is no room."""

    name: str
    title: str
    short: str = ""
    dim: bool = False


class TabLine(Widget):
    """A click on a title asks for it."""

    @dataclass
    class Clicked(Message):
        """Another one is to be shown."""

        line: "TabLine"
        name: str

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._tabs: Sequence[Tab] = ()
        self._active = ""

    def show(self, tabs: Sequence[Tab], active: str) -> None:
        """Draws these, with one set off."""
        if (tabs, active) != (self._tabs, self._active):
            self._tabs, self._active = tabs, active
            self.refresh()

    def _titles(self) -> list[str]:
        """The titles; where there is no room the dim ones get short first, then all but one."""
        active = self._active

        def titles(short: Callable[[Tab], bool]) -> list[str]:
            return [
                f" {tab.short or tab.title}" if tab.name != active and short(tab)
                else f" {tab.title} " if tab.name == active else f" {tab.title}"
                for tab in self._tabs
            ]  # fmt: skip

        ways = titles(lambda tab: False), titles(lambda tab: tab.dim), titles(lambda tab: True)
        room = self.content_size.width
        return next((way for way in ways if sum(map(len, way)) <= room), ways[-1])

    def render(self) -> Text:
        """The titles, the active one set off."""
        text = Text(no_wrap=True, end="", overflow="ellipsis")
        for tab, title in zip(self._tabs, self._titles(), strict=True):
            active = tab.name == self._active
            text.append(title, "reverse bold" if active else "dim" if tab.dim else "")
        return text

    def on_click(self, event: events.Click) -> None:
        end = 0
        for tab, title in zip(self._tabs, self._titles(), strict=True):
            end += len(title)
            if event.x - self.gutter.left < end:
                self.post_message(self.Clicked(self, tab.name))
                return
