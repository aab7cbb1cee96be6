"""The keys that work where the focus is, in one line."""

from itertools import accumulate, groupby
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget


class Item(NamedTuple):
    """Keys, as they are named and as they are shown, and what they do."""

    keys: tuple[str, ...]
    shown: tuple[str, ...]
    name: str

    @property
    def width(self) -> int:
        return sum(map(cell_len, self.shown)) + 1 + cell_len(self.name) + 1


class KeyLine(Widget):
    """The first ones are shown that fit, each as a whole; a click presses the key.

    Looks like Textual's Footer, whose widget for each key is made anew whenever the focus moves:
    on a screen of ours that took several times as long as all the rest.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"key-line--key", "key-line--name"}
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom;
        height: 1;
        background: $footer-background;
        & > .key-line--key {
            color: $footer-key-foreground;
            background: $footer-key-background;
            text-style: bold;
        }
        & > .key-line--name {
            color: $footer-description-foreground;
            background: $footer-description-background;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._items: list[Item] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._look)

    def _look(self, screen: Screen[object]) -> None:
        items = self._found() if screen.app.app_focus else self._items
        if items != self._items:
            self._items = items
            self.refresh()

    def _found(self) -> list[Item]:
        by_action: dict[str, Binding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                by_action.setdefault(active.binding.action, active.binding)
        items = []
        for group, members in groupby(by_action.values(), lambda binding: binding.group):
            if group:
                items.append(self._item(list(members), group.description))
            else:
                items += [self._item([one], one.description) for one in members]
        return items

    def _item(self, bindings: list[Binding], name: str) -> Item:
        shown = map(self.app.get_key_display, bindings)
        return Item(tuple(one.key for one in bindings), tuple(shown), name)

    def _fitting(self) -> list[Item]:
        # The last one needs no blank after it.
        room, fitting = self.content_size.width + 1, []
        for item in self._items:
            room -= item.width
            if room < 0:
                break
            fitting.append(item)
        return fitting

    def render(self) -> Text:
        key, name = map(self.get_component_rich_style, ("key-line--key", "key-line--name"))
        text = Text(no_wrap=True, end="", overflow="crop")
        for item in self._fitting():
            text.append("".join(item.shown), key)
            text.append(f" {item.name}", name).append(" ")
        return text

    def on_resize(self) -> None:
        self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        at, end = event.x - self.gutter.left, 0
        for item in self._fitting():
            start, end = end, end + item.width
            if start <= at < end:
                ends = accumulate(map(cell_len, item.shown), initial=start)
                before = [key for key, from_ in zip(item.keys, ends, strict=False) if from_ <= at]
                self.app.simulate_key(before[-1])
