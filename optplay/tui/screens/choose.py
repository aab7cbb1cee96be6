"""A list to choose one from, with a search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from optplay.tui.screens.dialog import Dialog

MOVE = Binding.Group("Move", compact=True)


@dataclass(frozen=True)
class Entry:
    """A choice: its unique name, its title, a sentence on it, and under which heading it stands.

    One that can't be taken now says what is `wrong` with it.
    """

    name: str
    title: str
    note: str
    group: str = ""
    wrong: str = ""

    def shown(self) -> Content:
        other = self.name.casefold() != self.title.casefold()
        name = f"  {self.name}" if other else ""
        note = f"\n{self.note}" if self.note else ""
        if self.wrong:
            return Content.styled(f"{self.title}{name}{note}\nNot here: {self.wrong}", "dim")
        return Content.assemble((self.title, "bold"), (name + note, "dim"))


def fitting(entries: Sequence[Entry], query: str) -> list[Entry]:
    """The entries in which all words of the query occur, those named so before those noted so."""
    asked = query.casefold().strip()
    words = asked.split()

    def distance(entry: Entry) -> tuple[bool, bool, bool]:
        heads = entry.name.casefold(), entry.title.casefold()
        return (
            asked not in heads,
            not any(head.startswith(asked) for head in heads),
            not all(any(word in head for head in heads) for word in words),
        )

    found = [
        entry
        for entry in entries
        if all(word in f"{entry.name}\n{entry.title}\n{entry.note}".casefold() for word in words)
    ]
    return sorted(found, key=distance)


class Matches(OptionList, can_focus=False):
    """The entries found, as high as they are."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The height beside the scrollbar, for which Textual's own leaves no room."""
        beside = width - self.styles.scrollbar_size_vertical
        return super().get_content_height(container, viewport, beside)


class Choose(Dialog[str]):
    """Gives the name of the entry taken, None if it was closed. The search keeps the focus."""

    BINDINGS = [
        Binding("up", "move('cursor_up')", "Up", priority=True, group=MOVE),
        Binding("down", "move('cursor_down')", "Down", priority=True, group=MOVE),
        Binding("pageup", "move('page_up')", "Page up", priority=True, show=False),
        Binding("pagedown", "move('page_down')", "Page down", priority=True, show=False),
        Binding("enter", "move('select')", "Take", priority=True),
    ]

    def __init__(
        self, title: str, entries: Sequence[Entry], current: str | None = None,
        another: Callable[[str], Entry | None] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(title)
        #: `another(typed)` gives an entry for what is in no list.
        self.entries, self.another = entries, another
        self.current = current
        self._listed = ""

    def body(self) -> ComposeResult:
        yield Input(placeholder="Type to search", compact=True)
        yield Matches(markup=False, compact=True, classes="scrolls")

    def on_mount(self) -> None:
        self.list("")

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value != self._listed:
            self.list(event.value)

    def list(self, query: str) -> None:
        """Lists what fits; at first the current one is highlighted, then the nearest."""
        self._listed = query
        found = fitting(self.entries, query)
        if self.another and not found and (other := self.another(query)):
            found = [other]
        listed = self.query_one(OptionList)
        options, group = list[Option](), ""
        for entry in found:
            # Found by a search the groups are mixed.
            if entry.group != group and not query.strip():
                group = entry.group
                heading = Content.styled(group.capitalize(), "bold $text-primary")
                options.append(Option(heading, disabled=True))
            options.append(Option(entry.shown(), entry.name, disabled=bool(entry.wrong)))
        listed.set_options(options)
        if not found:
            listed.add_option(Option(f"nothing fits “{query.strip()}”", disabled=True))
        places = {o.id: place for place, o in enumerate(listed.options) if not o.disabled}
        if query.strip() or self.current not in places:
            listed.highlighted = min(places.values(), default=None)
        else:
            listed.highlighted = places[self.current]

    async def action_move(self, how: str) -> None:
        # Keys may come faster than what they typed is searched for.
        if (query := self.query_one(Input).value) != self._listed:
            self.list(query)
        await self.query_one(OptionList).run_action(how)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)
