"""The keys that work where the focus is, in one line."""

from itertools import groupby

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

# A text, its style, and the key that a click on it presses.
Part = tuple[str, str, str]


class KeyLine(Widget):
    """Shows the first ones that fit, each as a whole; a click presses the key.

    Looks like Textual's Footer, whose widget for each key is made anew whenever the focus moves:
    on a screen of ours that took several times as long as all the rest.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: 1;
        color: $footer-description-foreground; background: $footer-background;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._items: list[list[Part]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._look)

    def _look(self, screen: Screen[object]) -> None:
        by_action: dict[str, Binding] = {}
        for active in screen.active_bindings.values():
            if active.binding.show:
                by_action.setdefault(active.binding.action, active.binding)
        items = []
        for group, members in groupby(by_action.values(), lambda binding: binding.group):
            if group:
                items.append(self._item([*members], group.description))
            else:
                items += [self._item([one], one.description) for one in members]
        if items != self._items and screen.app.app_focus:
            self._items = items
            self.refresh()

    def _item(self, bindings: list[Binding], name: str) -> list[Part]:
        style, shown = "bold $footer-key-foreground", self.app.get_key_display
        keys = [(shown(binding), style, binding.key) for binding in bindings]
        return [*keys, (f" {name} ", "", bindings[-1].key)]

    def _fitting(self) -> list[Part]:
        # The last one needs no blank after it.
        room, fitting = self.content_size.width + 1, list[Part]()
        for item in self._items:
            room -= sum(cell_len(text) for text, _, _ in item)
            if room < 0:
                break
            fitting += item
        return fitting

    def render(self) -> Content:
        return Content.assemble(*((text, style) for text, style, _ in self._fitting()))

    def on_resize(self) -> None:
        self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        end = self.gutter.left
        for text, _, key in self._fitting():
            end += cell_len(text)
            if event.x < end:
                self.app.simulate_key(key)
                return
