"""A list to tick several of."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from optplay.tui.screens.choose import Entry
from optplay.tui.screens.dialog import Dialog


def line(entry: Entry, width: int) -> Content:
    gap = " " * (width - cell_len(entry.title) + 2)
    return Content.assemble((entry.title, "bold"), (gap + entry.note, "dim"))


class ChooseMany(Dialog[list[str]]):
    """Gives the names ticked, in the order of the list; None if it was closed."""

    BINDINGS = [
        Binding("space", "toggle_entry", "Tick", priority=True),
        Binding("enter", "take", "Take", priority=True),
    ]

    def __init__(self, title: str, entries: Sequence[Entry], chosen: Sequence[str]) -> None:
        super().__init__(title)
        self.entries = entries
        self.chosen = chosen

    def body(self) -> ComposeResult:
        width = max((cell_len(entry.title) for entry in self.entries), default=0)
        yield SelectionList[str](
            *(
                Selection(line(entry, width), entry.name, entry.name in self.chosen)
                for entry in self.entries
            ),
            classes="scrolls",
            compact=True,
        )
        yield Static("Tick at least one.", classes="wrong")

    def on_mount(self) -> None:
        self.query_one(SelectionList).highlighted = 0
        self.tell()

    def on_selection_list_selected_changed(self) -> None:
        self.tell()

    def tell(self) -> None:
        self.query_one(".wrong").visible = not self.query_one(SelectionList).selected

    def action_toggle_entry(self) -> None:
        self.query_one(SelectionList).action_select()

    def action_take(self) -> None:
        ticked = self.query_one(SelectionList).selected
        if ticked:
            self.dismiss([entry.name for entry in self.entries if entry.name in ticked])
