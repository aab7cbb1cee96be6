"""The controls of the selected run, generated from what its optimizer and its problem declare."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from optplay.tui.knobs import Knob
from optplay.tui.widgets.knob_row import Check, KnobRow

HINT = "Tab comes here. ↑ ↓ choose a knob, ← → turn it, Enter types a value."


class Knobs(VerticalScroll, inherit_bindings=False):
    """The rows; its keys are those of the rows and of the app."""


class Controls(Vertical):
    """A row per knob, and below them what the knob in focus does."""

    def __init__(self, check: Check) -> None:
        super().__init__(id="controls")
        self._check = check

    def compose(self) -> ComposeResult:
        yield Knobs(id="knobs", can_focus=False)
        yield Static(HINT, id="hint", markup=False)

    def show(self, title: str, knobs: Sequence[tuple[Knob, Any, Any]]) -> None:
        """Draws the knobs (each with its value, and where it is or comes on) of a run."""
        self.border_title = Content(title)
        box = self.query_one("#knobs")
        rows = [row for row in box.children if isinstance(row, KnobRow)]
        for row, (knob, value, shown) in zip(rows, knobs, strict=False):
            if not row.display:
                row.display = True
            row.show(knob, value, shown)
        for row in rows[len(knobs) :]:
            row.display = False
        box.mount_all(KnobRow(*each, self._check) for each in knobs[len(rows) :])

    @property
    def rows(self) -> list[KnobRow]:
        """The rows that are in use."""
        return [row for row in self.query(KnobRow) if row.display]

    def on_knob_row_told(self, event: KnobRow.Told) -> None:
        event.stop()
        hint = self.query_one("#hint", Static)
        hint.set_class(event.wrong, "-wrong")
        hint.update(event.text)
