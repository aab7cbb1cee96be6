"""A list to tick several of."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from optplay.tui.screens.choose import Entry
from optplay.tui.screens.dialog import Dialog


class ChooseMany(Dialog[list[str] | None]):
    """Gives the names ticked, in the order of the list; None if it was closed."""

    DEFAULT_CSS = """
    ChooseMany {
        #box {
            max-width: 78;
        }
        SelectionList {
            max-height: 60vh;
        }
    }
    """
    BINDINGS = [
        Binding("space", "toggle_entry", "Tick", priority=True),
        Binding("enter", "take", "Take", priority=True),
    ]

    def __init__(self, title: str, entries: Sequence[Entry], chosen: Sequence[str]) -> None:
        super().__init__(title)
        self.entries = entries
        self.chosen = chosen

    def body(self) -> ComposeResult:
        listed = SelectionList[str](
            *(
                Selection(entry.shown("  "), entry.name, entry.name in self.chosen)
                for entry in self.entries
            ),
            compact=True,
        )
        yield listed
        yield Static("Tick at least one.", classes="wrong")

    def on_mount(self) -> None:
        listed = self.query_one(SelectionList)
        listed.highlighted = 0
        self.told(True)

    def on_selection_list_selected_changed(self, event: SelectionList.SelectedChanged[str]) -> None:
        self.told(bool(event.selection_list.selected))

    def told(self, some: bool) -> None:
        """Says what is missing, if nothing is ticked."""
        self.query_one(".wrong").visible = not some

    def action_toggle_entry(self) -> None:
        """Ticks the highlighted entry, or not."""
        self.query_one(SelectionList).action_select()

    def action_take(self) -> None:
        """Takes what is ticked, if there is anything."""
        ticked = self.query_one(SelectionList).selected
        if ticked:
            self.dismiss([entry.name for entry in self.entries if entry.name in ticked])
