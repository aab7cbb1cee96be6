"""All keys, made from the bindings themselves."""

from collections.abc import Callable, Sequence

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.widgets import Label, Static

from optplay.tui.screens.dialog import Dialog

WIDEST_KEY = 16
Section = tuple[str, Sequence[tuple[str, str]]]


class Help(Dialog[None]):
    """Sections of keys with what they do, side by side where there is room."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__("Keys")
        self.sections = sections

    def body(self) -> ComposeResult:
        sizes = [len(rows) + 2 for _, rows in self.sections]
        cut = min(range(len(sizes) + 1), key=lambda i: abs(sum(sizes[:i]) - sum(sizes[i:])))
        key_width = max((len(key) for _, rows in self.sections for key, _ in rows), default=0)
        with VerticalScroll(id="columns", classes="scrolls"):
            for column in (self.sections[:cut], self.sections[cut:]):
                with VerticalGroup(classes="column"):
                    for title, rows in column:
                        yield Label(title, markup=False)
                        yield Static(table(rows, min(key_width, WIDEST_KEY)), classes="keys")


def table(rows: Sequence[tuple[str, str]], key_width: int) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(width=key_width)
    grid.add_column(ratio=1)
    for key, what in rows:
        grid.add_row(Text(key, "bold"), Text(what))
    return grid


def sections_of(
    bindings_by_owner: Sequence[tuple[str, Sequence[BindingType]]],
    display: Callable[[Binding], str],
) -> list[Section]:
    """What `Help` shows of these bindings; the keys of one action share a row.

    Args:
        bindings_by_owner: titles, each with a list as in a `BINDINGS`.
        display: the app's `get_key_display`.
    """
    sections: list[Section] = []
    for title, bindings in bindings_by_owner:
        keys: dict[str, dict[str, None]] = {}
        told: dict[str, str] = {}
        for binding in Binding.make_bindings(bindings):
            what = binding.tooltip or binding.description
            if what and not binding.system:
                told.setdefault(binding.action, what[0].upper() + what[1:])
                keys.setdefault(binding.action, {})[display(binding)] = None
        if keys:
            sections.append((title, [(" / ".join(keys[a]), told[a]) for a in keys]))
    return sections
