"""Names in one line, one of which is what is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
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
        """The titles; where there is no room they get short one by one, dim ones first.

        The active one never does; of the others those go first that are farthest from it.
        """
        tabs = self._tabs
        active = next((at for at, tab in enumerate(tabs) if tab.name == self._active), 0)
        titles = [f" {tab.title}" + " " * (at == active) for at, tab in enumerate(tabs)]
        order = sorted(
            (at for at in range(len(tabs)) if at != active),
            key=lambda at: (not tabs[at].dim, -abs(at - active)),
        )
        spare = self.content_size.width - sum(map(cell_len, titles))
        for at in order:
            if spare >= 0:
                break
            short = f" {tabs[at].short or tabs[at].title}"
            spare += cell_len(titles[at]) - cell_len(short)
            titles[at] = short
        return titles

    def render(self) -> Text:
        text = Text(no_wrap=True, end="", overflow="ellipsis")
        for tab, title in zip(self._tabs, self._titles(), strict=True):
            active = tab.name == self._active
            text.append(title, "reverse bold" if active else "dim" if tab.dim else "")
        return text

    def on_resize(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        end = 0
        for tab, title in zip(self._tabs, self._titles(), strict=True):
            end += cell_len(title)
            if event.x - self.gutter.left < end:
                self.post_message(self.Clicked(self, tab.name))
                return
