"""A knob: a row for a key of the run, with its value and the ways to turn it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from optplay.errors import InputError
from optplay.experiments.keys import Key
from optplay.experiments.scales import Switch
from optplay.tui.keyboard import identified
from optplay.tui.widgets.runs import fitted

NUDGE_CELLS = 3
TITLE_CELLS = 18
Check = Callable[[str, Any], str | None]


KEYS = identified("knob", [
    Binding("left,minus", "nudge(-1)", "Less"),
    Binding("right,plus,equals_sign", "nudge(1)", "More"),
    Binding("enter", "edit", "Type or choose"),
    Binding("x", "switch", "On/off", tooltip="switches warmup, decay, clipping … on or off"),
    Binding("up", "move(-1)", "Up", show=False),
    Binding("down", "move(1)", "Down", show=False),
])  # fmt: skip


class KnobInput(Input):
    """Where a value is typed; Escape leaves it as it was."""

    BINDINGS = [Binding("escape", "cancel", "Cancel", show=True)]

    def action_cancel(self) -> None:
        row = self.parent
        assert isinstance(row, KnobRow)
        row.close()


class KnobRow(Widget, can_focus=True):
    """The knob of a key of the selected run. It never changes its value itself: it asks."""

    KEYS = KEYS
    BINDINGS = [*KEYS]

    @dataclass
    class Turned(Message):
        """The knob is to stand at another value."""

        key: str
        value: Any

    @dataclass
    class Switched(Message):
        """The knob is to be switched on or off."""

        key: str

    @dataclass
    class Asked(Message):
        """A name is to be chosen from a list."""

        key: str

    @dataclass
    class Told(Message):
        """A sentence to show about the knob; `wrong` if it says what is wrong."""

        key: str
        text: str
        wrong: bool

    def __init__(self, key: Key, value: Any, shown: Any, check: Check) -> None:
        super().__init__()
        self.key, self.value, self.shown = key, value, shown
        self._check = check
        self._resting = False

    def show(self, key: Key, value: Any, shown: Any) -> None:
        """Draws this key at this value; `shown` is where it comes on again if it is off."""
        if (key, value, shown) != (self.key, self.value, self.shown):
            self.key, self.value, self.shown = key, value, shown
            self.refresh()

    def rest(self, resting: bool) -> None:
        """Whether what it stands at changes nothing on the screen now."""
        if resting != self._resting:
            self._resting = resting
            self.refresh()

    @property
    def editing(self) -> bool:
        return bool(self.query(KnobInput))

    @property
    def title_width(self) -> int:
        return min(TITLE_CELLS, self.content_size.width - NUDGE_CELLS)

    def render(self) -> Content:
        key, width = self.key, self.content_size.width
        on = key.is_on(self.value)
        box = ("☒ " if on else "☐ ") if key.switched else "  "
        title = fitted(box + key.title, self.title_width - 1) + " "
        value_width = width - self.title_width - NUDGE_CELLS
        value = fitted(key.show(self.shown), value_width)
        ends = " ▾ " if key.is_choice else "‹ ›"
        text = Text(title + value + ends, no_wrap=True, end="")
        if not on or self._resting:
            text.stylize("dim", 2)
        return Content.from_rich_text(text)

    def tell(self) -> None:
        """Says what the knob does and which values it takes."""
        self.post_message(self.Told(self.key.name, explained(self.key, self.value), False))

    def on_focus(self) -> None:
        self.tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what may be off has a switch; while a value is typed, keys are text."""
        if action in ("nudge", "edit", "switch") and self.editing:
            return False
        return self.key.switched if action == "switch" else True

    def action_move(self, by: int) -> None:
        """To the next knob; from the last one to what comes next on the screen."""
        assert self.parent
        rows = [row for row in self.parent.children if isinstance(row, KnobRow) and row.display]
        place = rows.index(self) + by
        # Textual's own way sorts all widgets of the screen first.
        if 0 <= place < len(rows):
            self.screen.set_focus(rows[place])
        else:
            self.screen.focus_next() if by > 0 else self.screen.focus_previous()

    def action_nudge(self, by: int) -> None:
        """One notch less or more; a knob that is off comes on."""
        if not self.key.is_on(self.value) and not self.key.is_choice:
            self.post_message(self.Switched(self.key.name))
            return
        try:
            value = self.key.scale.nudge(self.value, by)
            # Names that the run can't take, as a rule that wants matrices, are passed over.
            while self.key.is_choice and value != self.value and self._check(self.key.name, value):
                value = self.key.scale.nudge(value, by)
        except (ValueError, OverflowError):
            return
        if value != self.value:
            self.post_message(self.Turned(self.key.name, value))

    def action_switch(self) -> None:
        self.post_message(self.Switched(self.key.name))

    def action_edit(self) -> None:
        if self.key.is_choice:
            self.post_message(self.Asked(self.key.name))
        elif isinstance(self.key.scale, Switch):
            self.action_nudge(1)
        else:
            field = KnobInput(self.key.spell(self.shown), compact=True)
            field.styles.margin = (0, 0, 0, self.title_width)
            self.mount(field)
            field.focus()

    def close(self) -> None:
        had_focus = any(field.has_focus for field in self.query(KnobInput))
        self.query(KnobInput).remove()
        if had_focus:
            self.focus()

    def on_key(self, event: events.Key) -> None:
        if self.editing and event.is_printable:
            # Typed so fast that the line has not got the focus yet.
            event.stop()
            field = self.query_one(KnobInput)
            if field.select_on_focus:
                field.value, field.select_on_focus = "", False
            field.insert_text_at_cursor(event.character or "")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        error = self._read(event.value)[1]
        event.input.set_class(error is not None, "-wrong")
        if error is None:
            self.tell()
        else:
            self.post_message(self.Told(self.key.name, error, True))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        value, error = self._read(event.value)
        if error is None:
            self.close()
            self.post_message(self.Turned(self.key.name, value))

    def on_input_blurred(self, event: Input.Blurred) -> None:
        event.stop()
        self.close()

    def _read(self, text: str) -> tuple[Any, str | None]:
        try:
            value = self.key.scale.read(text.strip())
        except InputError as error:
            return None, f"{self.key.title}: {error}"
        return value, self._check(self.key.name, value)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        width = self.content_size.width
        if self.key.switched and event.x < 2 + self.gutter.left:
            self.action_switch()
        elif self.key.is_choice:
            self.action_edit()
        elif event.x >= width - 1:
            self.action_nudge(1)
        elif event.x >= width - NUDGE_CELLS:
            self.action_nudge(-1)
        elif event.x >= self.title_width:
            self.action_edit()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        # The wheel over another row scrolls the panel: nothing is turned by passing over it.
        if self.has_focus:
            event.stop()
            event.prevent_default()
            self.action_nudge(by)


def explained(key: Key, value: Any) -> str:
    """What a knob does, and what it stands at or may stand at."""
    more = (key.notes or {}).get(value, "") if key.is_choice else f"Allowed: {key.allowed}"
    # Of a rule both say the same.
    said = more if key.text in more else f"{key.text}\n{more}".rstrip()
    return f"{key.title}: {said}"
