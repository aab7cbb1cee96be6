"""The controls of the selected run, generated from what its optimizer and its problem declare."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from optplay.counting import counted
from optplay.experiments.keys import PROBLEM, Key, has_key, is_folded, key_of, keys
from optplay.experiments.scales import Choice
from optplay.training import RunConfig
from optplay.tui.another import another
from optplay.tui.desk import Desk
from optplay.tui.keyboard import key
from optplay.tui.screens.choose import Choose, Entry
from optplay.tui.screens.prompt import refused
from optplay.tui.widgets.knob_row import KnobRow, explained

SCOPE = "scope"
ALL_RUNS, THIS_RUN = "all runs", "this run"
SCOPE_KEY = Key(
    SCOPE, "Problem of", "whether the knobs below change the problem of all runs or of this one",
    "", Choice((ALL_RUNS, THIS_RUN)),
)  # fmt: skip
MORE = "more"
RULE = "optimizer"
HINT = "Tab comes here. ↑ ↓ choose a knob, ← → turn it, Enter types a value."


class Knobs(VerticalScroll, inherit_bindings=False):
    """The rows; its keys are those of the rows and of the app."""


class Controls(Vertical):
    """A row per knob, and below them what the knob in focus does."""

    KEYS = [
        key("o", "controls.choose('optimizer')", "Optimizer", "chooses the optimizer of the run"),
        key("w", "controls.switch('warmup')", "Warmup", "switches warmup on or off"),
        key("d", "controls.switch('decay')", "Decay", "switches the decay of the rate on or off"),
        key(
            "c", "controls.switch('clip.norm')", "Clipping", "switches gradient clipping on or off"
        ),
        key(
            "u,ctrl+z",
            "controls.undo",
            "Undo",
            "takes back the last edit, also in the preset before",
        ),
        key("U,ctrl+y", "controls.redo", "Redo", "does again what was undone"),
        key("ctrl+r", "controls.reset", "As it was", "puts an edited preset as it was; u undoes"),
        key("T", "controls.try_next", "Try next", "does the next thing that the lesson proposes"),
        key("A", "controls.all_runs", "All runs", "turns the knobs of one run, or of all at once"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="controls")
        self._desk = desk
        self._told = HINT
        # The knob that is explained below, and of which run of which preset.
        self._about: str | None = None
        # The knobs that were asked for, though they are off or as usual.
        self._unfolded: set[str] = set()
        self._of: tuple[str, int] | None = None

    def compose(self) -> ComposeResult:
        yield Knobs(id="knobs", can_focus=False)
        yield Static(HINT, id="hint", markup=False)

    def show(self) -> None:
        session = self._desk.session
        label = session.run.label
        self.border_title = Content(f"All runs, as {label}" if session.all_runs else label)
        scope = ALL_RUNS if session.whole_problem else THIS_RUN
        wanted: list[tuple[Key, Any, Any]] = []
        folded: list[Key] = []
        for own in keys(session.run.config):
            if own.name not in self._unfolded and is_folded(session.run.config, own):
                folded.append(own)
                continue
            if folded and (own.shared or own.name.startswith(PROBLEM)):
                wanted.append(_more(folded))
                folded = []
            if own.name.startswith(PROBLEM) and (SCOPE_KEY, scope, scope) not in wanted:
                wanted.append((SCOPE_KEY, scope, scope))
            value = session.value(own.name)
            shown = session.last_on(own.name) if own.switched and not own.is_choice else value
            wanted.append((own, value, shown))
        box = self.query_one("#knobs")
        rows = [row for row in box.children if isinstance(row, KnobRow)]
        for row, each in zip(rows, wanted, strict=False):
            if not row.display:
                row.display = True
            row.show(*each)
            # Of no account while all seeds are shown.
            row.rest(each[0].name == "seed" and self._desk.stage.all_seeds)
        for row in rows[len(wanted) :]:
            row.display = False
        if missing := wanted[len(rows) :]:
            # Even to mount nothing lays out the screen.
            box.mount_all(KnobRow(*each, self._check) for each in missing)
        self._explain(wanted)

    def _explain(self, wanted: Sequence[tuple[Key, Any, Any]]) -> None:
        """Says below what the knob does that got the focus, or was turned by a key, last.

        Of another run it is the knob in focus or the rule; of another preset, how knobs are turned.
        """
        preset, selected = self._desk.session.preset.name, self._desk.session.state.selected
        if any(row.editing for row in self.rows):
            return
        if self._of != (preset, selected):
            same = self._of is not None and self._of[0] == preset
            focused = [row.key.name for row in self.rows if row.has_focus]
            self._of = preset, selected
            self._about = focused[0] if focused else RULE if same else None
        told = {key.name: explained(key, value) for key, value, _ in wanted}
        self._tell(told.get(self._about or "", HINT))

    def _tell(self, text: str, *, wrong: bool = False) -> None:
        hint = self.query_one("#hint", Static)
        hint.set_class(wrong, "-wrong")
        if text != self._told:
            self._told = text
            # With a knob in focus it has a height of its own: no sentence lays out all again.
            hint.update(text, layout=not self.has_class("-focused"))

    def _check(self, name: str, value: Any) -> str | None:
        """Why the run can't take a value; rows that are no key of it take any of theirs."""
        config = self._desk.session.run.config
        if name in (SCOPE, MORE):
            return None
        return refused(lambda: key_of(config, name).set(config, value))

    @property
    def rows(self) -> list[KnobRow]:
        return [row for row in self.query(KnobRow) if row.display]

    def on_descendant_focus(self) -> None:
        # Not by :focus-within, for which Textual styles all rows again wherever the focus goes.
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        self.set_class(self.has_focus_within, "-focused")

    @property
    def config(self) -> RunConfig:
        return self._desk.session.run.config

    def explained(self) -> tuple[str, list[tuple[str, str]]]:
        """The selected run in words: its rule, and the knob that is explained below."""
        rule, about = self.config.rule, self._about or RULE
        words = [(rule.title, rule.summary)]
        known = {key.name: key for key in keys(self.config)}
        if about != RULE and about in known:
            value = self._desk.session.value(about)
            words.append((known[about].title, explained(known[about], value).replace("\n", ". ")))
        return self._desk.session.run.label, words

    def _of_run(self, event: Message, key: str) -> bool:
        """Whether a row that says something is of the run that is there now."""
        event.stop()
        return key in (SCOPE, MORE) or has_key(self.config, key)

    def on_knob_row_told(self, event: KnobRow.Told) -> None:
        if not self._of_run(event, event.key):
            return
        self._about = event.key
        self._tell(event.text, wrong=event.wrong)

    def on_knob_row_turned(self, event: KnobRow.Turned) -> None:
        if not self._of_run(event, event.key):
            return
        if event.key == SCOPE:
            self._rescope(event.value == ALL_RUNS)
        else:
            self._desk.turn(event.key, event.value)

    def on_knob_row_switched(self, event: KnobRow.Switched) -> None:
        if self._of_run(event, event.key):
            self._about = event.key
            self._desk.attempt(lambda: self._desk.session.switch(event.key))

    def on_knob_row_asked(self, event: KnobRow.Asked) -> None:
        if not self._of_run(event, event.key):
            return
        if event.key == SCOPE:
            self._rescope(not self._desk.session.whole_problem)
        elif event.key == MORE:
            self.action_more()
        else:
            self.action_choose(event.key)

    def _rescope(self, whole_problem: bool) -> None:
        self._desk.session.whole_problem = whole_problem
        self.show()

    def action_switch(self, name: str) -> None:
        self._about = name
        self._desk.attempt(lambda: self._desk.session.switch_any(name))

    def action_more(self) -> None:
        """Asks for a knob that is not shown."""
        entries = []
        for own in keys(self.config):
            if own.name not in self._unfolded and is_folded(self.config, own):
                wrong = (self._check(own.name, own.on) or "") if own.switched else ""
                entries.append(Entry(own.name, own.title, own.text, wrong=wrong))
        Choose("More knobs", entries, "").ask(self.app, self._unfold)

    def _unfold(self, name: str) -> None:
        """Shows a knob, switched on if it may be off, and goes there."""
        self._unfolded.add(name)
        if key_of(self.config, name).switched:
            self.on_knob_row_switched(KnobRow.Switched(name))
        self.go_to(name)

    def go_to(self, name: str) -> None:
        """Puts the focus on a knob, which is shown from now on."""
        self._unfolded.add(name)
        self.show()
        for row in self.rows:
            if row.key.name == name:
                row.focus()

    def action_choose(self, name: str) -> None:
        session = self._desk.session
        asked = key_of(session.run.config, name)
        choose = Choose(
            asked.title, self._entries(asked), session.value(name),
            another if name == "optimizer" else None,
        )  # fmt: skip
        choose.ask(self.app, partial(self.take, name))

    def _entries(self, asked: Key) -> list[Entry]:
        """The names of a choice, and why the run can't take one that it can't."""
        notes = asked.notes or {}
        entries = []
        for name in asked.scale.names:  # type: ignore[attr-defined]  # asked of a Choice only
            title, _, note = notes.get(name, f"{name}: ").partition(": ")
            wrong = self._check(asked.name, name) or ""
            entries.append(Entry(name, title, note, wrong=wrong.removeprefix(f"{asked.name}: ")))
        return entries

    def take(self, name: str, value: Any) -> None:
        self._about = name
        self._desk.turn(name, value)

    def action_undo(self) -> None:
        self._desk.undo()

    def action_redo(self) -> None:
        self._desk.redo()

    def action_reset(self) -> None:
        self._desk.reset()

    def action_try_next(self) -> None:
        self._desk.try_next()

    def action_all_runs(self) -> None:
        session = self._desk.session
        session.all_runs = not session.all_runs
        what = "all runs that have them" if session.all_runs else session.run.label
        self._desk.said(f"The knobs now turn {what}; A changes it")
        self.show()


def _more(folded: Sequence[Key]) -> tuple[Key, str, str]:
    """The row that stands for knobs that are off or as usual, with what it shows."""
    titles = ", ".join(key.title for key in folded)
    text = f"Enter shows one of these knobs: {titles}"
    count = counted(len(folded), "knob")
    return Key(MORE, "More", text, "", Choice((count,))), count, count
