"""The runs panel: one row per run, and which one is selected."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from optplay.plots import run_color, run_marker
from optplay.tui.stage import RunRow

NUMBERS = 7
OUTCOME = 12
# A sign with the number of seeds that came to it.
COUNTED = 4
# The border, and the scrollbar that may come.
FRAME = 3
SIGNS = {"trained": "✓", "collapsed": "▁", "diverged": "✗"}


class RunsPanel(OptionList, inherit_bindings=False):
    """One row per run: colour, label, loss and score at the playhead, outcome once known."""

    BINDINGS = [
        Binding("up", "cursor_up", "Run above", show=False),
        Binding("down", "cursor_down", "Run below", show=False),
        Binding("enter", "app.rename_run", "Rename", show=False),
        Binding("delete,backspace", "app.delete_run", "Delete", show=False),
    ]

    @dataclass
    class Selected(Message):
        """Another run is to be selected."""

        place: int

    def __init__(self) -> None:
        super().__init__(id="runs")
        self._rows: Sequence[RunRow] = ()
        self._look: object = None
        self._words, self._outcome_width = False, 2
        self.border_title = "Runs"

    def show(self, rows: Sequence[RunRow], selected: int) -> None:
        """Draws these rows; only those that changed."""
        width = self.outer_size.width - FRAME - 2 - 2 * NUMBERS
        longest = max((cell_len(row.label) for row in rows), default=0)
        # Outcomes in words only where no label is cut for them.
        self._words = longest + OUTCOME <= width
        counted = any(" " in row.outcome for row in rows)
        self._outcome_width = OUTCOME if self._words else COUNTED if counted else 2
        look = (self.app.current_theme.name, self.app.no_color, width, self._outcome_width)
        with self.prevent(OptionList.OptionHighlighted):
            if len(rows) != self.option_count:
                self.clear_options()
                self.add_options([Option(self._text(row)) for row in rows])
            else:
                for place, row in enumerate(rows):
                    if look != self._look or row != self._rows[place]:
                        self.replace_option_prompt_at_index(place, self._text(row))
            self._rows, self._look = rows, look
            if self.highlighted != selected:
                self.highlighted = selected

    def on_resize(self) -> None:
        if self.highlighted is not None:
            self.show(self._rows, self.highlighted)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Selected(event.option_index))

    def _text(self, row: RunRow) -> Text:
        width = self.outer_size.width - FRAME
        color = not self.app.no_color
        mark = "●" if color else run_marker(row.color_index)
        rgb = run_color(row.color_index, self.app.current_theme.dark)
        style = Style(color="#{:02x}{:02x}{:02x}".format(*rgb)) if color else Style()
        *count, outcome = row.outcome.split() or [""]
        said = row.outcome if self._words else "".join([*count, SIGNS.get(outcome, "")])
        numbers = f"{row.loss:>{NUMBERS}}{row.score:>{NUMBERS}}"
        room = width - 2 - len(numbers) - self._outcome_width
        return Text.assemble(
            (mark + " ", style), fitted(row.label, room - 1), " ", numbers, " ",
            (said.ljust(self._outcome_width - 1), "bold" if row.outcome != "trained" else ""),
            no_wrap=True, overflow="crop", end="",
        )  # fmt: skip


def fitted(text: str, cells: int) -> str:
    """The text in exactly so many cells, cut with an ellipsis if it is longer."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return set_cell_size(set_cell_size(text, cells - 1).rstrip() + "…", cells)
