"""The runs panel: one row per run, and which one is selected."""

from collections.abc import Sequence
from functools import partial

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from optplay.experiments.tables import exact
from optplay.optim import OPTIMIZERS
from optplay.plots import run_color, run_marker
from optplay.tui.another import another
from optplay.tui.desk import Desk
from optplay.tui.keyboard import key
from optplay.tui.screens.choose import Choose, Entry
from optplay.tui.screens.prompt import Prompt, refused
from optplay.tui.stage import RunRow
from optplay.tui.widgets.one_liners import OneLiners
from optplay.tui.widgets.view import BY_MACHINE

NUMBERS = 7
OUTCOME = 12
# The border, and the scrollbar that may come.
FRAME = 3
# A run that trained well and one that learned next to nothing are both trained: no sign praises.
SIGNS = {"trained": "", "collapsed": "▁", "diverged": "✗"}
FRONT = "j k: another run in front"


class RunsPanel(OneLiners, inherit_bindings=False):
    """One row per run: colour, label, loss and score at the playhead, outcome once known."""

    KEYS = [
        key("a", "runs.add", "Add", "adds a run with an optimizer's defaults"),
        key("b", "runs.duplicate", "Duplicate run", "copies the selected run"),
        key("e", "runs.rename", "Rename run", "gives the selected run another label"),
        key("delete", "runs.delete", "Delete run", "deletes the selected run"),
        key("f", "runs.fork", "Fork", "a new run that goes on from this one at the playhead"),
        key("j", "runs.next(1)", "Next run", "the run below: its knobs, and its curve in front"),
        key("k", "runs.next(-1)", "Previous run", "the run above, in the same way"),
        key("h", "runs.hide", "Hide run", "hides the selected run in charts, or shows it again"),
        key("H", "runs.show_all", "Show all runs", "shows all runs in the charts"),
        key("r", "runs.reseed(1)", "Reseed", "draws other initial weights: the next seed"),
        key("R", "runs.reseed(-1)", "Previous seed", "goes back to the seed before"),
        key("m", "runs.all_seeds", "All seeds", "median and quartiles over the preset's seeds"),
    ]
    BINDINGS = [
        Binding("up", "cursor_up", "Run above", show=False),
        Binding("down", "cursor_down", "Run below", show=False),
        Binding("enter", "rename", "Rename", show=False),
        Binding("backspace", "delete", "Delete", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="runs")
        self._desk = desk
        self._rows: Sequence[RunRow] = ()
        self._look: object = None
        self._heading: object = None
        self._words, self._outcome_width = False, 2

    def _head(self) -> None:
        """The border names the columns, and says whose numbers they are."""
        stage = self._desk.stage
        score = "dist." if stage.session.preset.on_surface else "acc."
        room = self.outer_size.width - FRAME - self._outcome_width - len("Runs ")
        rule = ("─" * (room - 2 * NUMBERS), "not bold dim")
        fill = ("─" * (NUMBERS - len(score) - 2), "not bold dim")
        end = " ── end" if self._words else ""
        words = Content.assemble("Runs ", rule, f" {'loss':>4} ", fill, f" {score}", end)
        count = len(stage.session.preset.seeds)
        below = f"medians of {count} seeds" if stage.all_seeds else FRONT
        signs = [f"{SIGNS[name]} {name}" for name in ("collapsed", "diverged")
                 if not self._words and any(name in row.outcome for row in self._rows)]  # fmt: skip
        if not exact(stage.session.preset):
            below += BY_MACHINE
        below = "   ".join(signs) or below
        if (words, below) != self._heading:
            # What is set anew is drawn anew, border and all.
            self._heading = words, below
            self.border_title, self.border_subtitle = words, below

    def show(self, rows: Sequence[RunRow], selected: int) -> None:
        """Draws these rows; only those that changed."""
        width = self.outer_size.width - FRAME - 2 - 2 * NUMBERS
        longest = max((cell_len(row.label) for row in rows), default=0)
        # How runs ended in words only where no label is cut for them.
        self._words = longest + OUTCOME <= width
        signs = max((len(_sign(row.outcome)) for row in rows), default=0)
        self._outcome_width = OUTCOME if self._words else 1 + max(signs, 1)
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
            self._head()
            if self.highlighted != selected:
                self.highlighted = selected

    def on_resize(self) -> None:
        if self.highlighted is not None:
            self.show(self._rows, self.highlighted)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index != self._desk.session.state.selected:
            self._desk.select(event.option_index)

    def action_next(self, by: int) -> None:
        self._desk.select(self._desk.session.state.selected + by)

    def action_add(self) -> None:
        desk, entries = self._desk, []
        for rule in OPTIMIZERS.values():
            wrong = refused(partial(desk.session.added, rule.name)) or ""
            wrong = wrong.removeprefix("optimizer: ")
            entries.append(Entry(rule.name, rule.title, rule.summary, wrong=wrong))
        choose = Choose("Add a run with", entries, another=another)
        choose.ask(self.app, lambda name: desk.attempt(lambda: desk.session.add(name)))

    def action_duplicate(self) -> None:
        self._desk.attempt(self._desk.session.duplicate)

    def action_delete(self) -> None:
        label = self._desk.session.run.label
        if self._desk.attempt(self._desk.session.delete):
            self.app.notify(f"Deleted {label}; u brings it back", markup=False)

    def action_rename(self) -> None:
        session = self._desk.session

        def check(text: str) -> str | None:
            taken = {run.label for run in session.preset.runs} - {session.run.label}
            if not 1 <= len(text.strip()) <= 60:
                return "a label has 1 to 60 characters"
            return f"{text.strip()} is the label of another run" if text.strip() in taken else None

        prompt = Prompt("Rename run", session.run.label, check)
        prompt.ask(self.app, lambda text: self._desk.attempt(lambda: session.rename(text)))

    def action_fork(self) -> None:
        desk, session = self._desk, self._desk.session
        epoch, history = desk.player.epoch, desk.stage.histories.get(session.run.label)
        most = min(desk.player.epochs - 1, history.epochs if history else 0)
        if not 1 <= epoch <= most:
            self.app.notify(
                f"Move the playhead to an epoch from 1 to {most}, then fork: the new run goes on "
                "from there", severity="warning",
            )  # fmt: skip
        elif desk.attempt(lambda: session.fork(epoch)):
            self.app.notify(f"{session.run.label}: turn its knobs; the past stays", markup=False)

    def action_reseed(self, by: int) -> None:
        session = self._desk.session
        self._desk.attempt(lambda: session.turn("seed", max(0, session.state.seed + by)))

    def action_hide(self) -> None:
        self._desk.stage.hide(self._desk.session.run.label)
        self._desk.moved()

    def action_show_all(self) -> None:
        self._desk.stage.hidden.clear()
        self._desk.moved()

    def action_all_seeds(self) -> None:
        stage = self._desk.stage
        stage.all_seeds = not stage.all_seeds
        self._desk.player.edge = stage.edge()
        # The knobs too: no single seed is shown any more, or one is again.
        self._desk.selected()

    def _text(self, row: RunRow) -> Text:
        width = self.outer_size.width - FRAME
        color = not self.app.no_color
        mark = "●" if color else run_marker(row.color_index)
        rgb = run_color(row.color_index, self.app.current_theme.dark)
        style = Style(color="#{:02x}{:02x}{:02x}".format(*rgb)) if color else Style()
        trained = row.outcome == "trained"
        in_words = f"→ {row.end}" * bool(row.end) if trained else row.outcome
        said = in_words if self._words else _sign(row.outcome)
        numbers = f"{row.loss:>{NUMBERS}}{row.score:>{NUMBERS}}"
        # A number that leaves a blank before it needs no other one between it and the label.
        gap = "" if numbers.startswith(" ") else " "
        room = width - 2 - len(numbers) - self._outcome_width - len(gap)
        text = Text.assemble(
            (mark + " ", style), fitted(row.label, room), gap, numbers, " ",
            (said.ljust(self._outcome_width - 1), "" if trained else "bold"),
            no_wrap=True, overflow="crop", end="",
        )  # fmt: skip
        if row.hidden:
            text.stylize("dim")
        return text


def _sign(outcome: str) -> str:
    """The sign of how a run ended, with the number of seeds that came to it."""
    *count, name = outcome.split() or [""]
    return "".join([*count, SIGNS.get(name, "")])


def fitted(text: str, cells: int) -> str:
    """The text in exactly so many cells, cut with an ellipsis if it is longer."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return set_cell_size(set_cell_size(text, cells - 1).rstrip() + "…", cells)
