"""What each key does. Every edit goes through the session; a refused one is told."""

import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from textual.binding import BindingType

from optplay.errors import InputError
from optplay.experiments import LOOKS, load, preset_files
from optplay.experiments.saving import command, save
from optplay.optim import optimizers
from optplay.tui.board import ALL_RUNS, SCOPE
from optplay.tui.display import Display
from optplay.tui.keys import SECTIONS
from optplay.tui.knobs import Knob, knobs
from optplay.tui.screens.choose import Choose, Entry
from optplay.tui.screens.choose_many import ChooseMany
from optplay.tui.screens.confirm import Confirm
from optplay.tui.screens.help import Help, sections_of
from optplay.tui.screens.prompt import Prompt
from optplay.tui.views import views
from optplay.tui.widgets.chart import Chart
from optplay.tui.widgets.knob_row import KnobRow
from optplay.tui.widgets.runs import RunsPanel
from optplay.tui.widgets.tab_line import TabLine
from optplay.tui.widgets.view import View


class Actions(Display):
    """The actions of the app."""

    def attempt(self, edit: Callable[[], object]) -> bool:
        """Makes an edit; one that is refused is told."""
        try:
            edit()
        except InputError as error:
            self.notify(str(error), severity="warning", markup=False)
            return False
        self.changed()
        return True

    def action_play(self) -> None:
        self.player.toggle()
        self._last_frame = self.clock()
        self.draw()

    def action_step(self, by: int) -> None:
        self.player.step(by)
        self.draw()

    def action_scrub(self, by: int) -> None:
        self.player.scrub(by)
        self.draw()

    def action_jump(self, end: int) -> None:
        self.player.go(end * self.player.epochs)
        self.draw()

    def action_speed(self, by: int) -> None:
        self.player.faster(by)
        self.draw()

    def on_chart_scrubbed(self, event: Chart.Scrubbed) -> None:
        self.player.go(event.epoch)
        self.draw()

    def on_runs_panel_selected(self, event: RunsPanel.Selected) -> None:
        if event.place != self.session.state.selected:
            self.session.select(event.place)
            self.board.draw_controls(self.session)
            self.draw()

    def on_knob_row_turned(self, event: KnobRow.Turned) -> None:
        if event.key == SCOPE:
            self.session.whole_problem = event.value == ALL_RUNS
            self.board.draw_controls(self.session)
        else:
            self.attempt(lambda: self.session.turn(event.key, event.value))

    def on_knob_row_switched(self, event: KnobRow.Switched) -> None:
        self.action_switch(event.key)

    def on_knob_row_asked(self, event: KnobRow.Asked) -> None:
        if event.key == SCOPE:
            self.session.whole_problem = not self.session.whole_problem
            self.board.draw_controls(self.session)
        else:
            self.action_choose(event.key)

    def action_switch(self, key: str) -> None:
        self.attempt(lambda: self.session.switch(key))

    def action_choose(self, key: str) -> None:
        knob = next(k for k in knobs(self.session.run.config) if k.key == key)

        def take(name: str | None) -> None:
            if name is not None:
                self.attempt(lambda: self.session.turn(key, name))

        self.push_screen(Choose(knob.title, self._entries(knob), self.session.value(key)), take)

    @staticmethod
    def _entries(knob: Knob) -> list[Entry]:
        notes = knob.notes or {}
        entries = []
        for name in knob.scale.names:  # type: ignore[attr-defined]  # asked of a Choice only
            title, _, note = notes.get(name, f"{name}: ").partition(": ")
            entries.append(Entry(name, title, note))
        return entries

    def action_select(self, by: int) -> None:
        self.session.select(self.session.state.selected + by)
        self.board.draw_controls(self.session)
        self.draw()

    def action_add_run(self) -> None:
        def take(name: str | None) -> None:
            if name is not None:
                self.attempt(lambda: self.session.add(name))

        entries = [Entry(o.name, o.title, o.summary) for o in optimizers().values()]
        self.push_screen(Choose("Add a run with", entries, None), take)

    def action_duplicate_run(self) -> None:
        self.attempt(self.session.duplicate)

    def action_delete_run(self) -> None:
        label = self.session.run.label
        if self.attempt(self.session.delete):
            self.notify(f"Deleted {label}; u brings it back", markup=False)

    def action_rename_run(self) -> None:
        def check(text: str) -> str | None:
            taken = {run.label for run in self.session.preset.runs} - {self.session.run.label}
            if not 1 <= len(text.strip()) <= 60:
                return "a label has 1 to 60 characters"
            return f"{text.strip()} is the label of another run" if text.strip() in taken else None

        def take(text: str | None) -> None:
            if text is not None:
                self.attempt(lambda: self.session.rename(text))

        self.push_screen(Prompt("Rename run", self.session.run.label, check), take)

    def action_fork(self) -> None:
        epoch = self.player.epoch
        history = self.stage.histories.get(self.session.run.label)
        most = min(self.player.epochs - 1, history.epochs if history else 0)
        if not 1 <= epoch <= most:
            self.notify(
                f"Move the playhead to an epoch from 1 to {most}, then fork: the new run goes on "
                "from there", severity="warning",
            )  # fmt: skip
            return
        if self.attempt(lambda: self.session.fork(epoch)):
            self.notify(f"{self.session.run.label}: turn its knobs; the past stays", markup=False)

    def action_reseed(self, by: int) -> None:
        self.attempt(lambda: self.session.turn("seed", max(0, self.session.state.seed + by)))

    def action_all_seeds(self) -> None:
        self.stage.all_seeds = not self.stage.all_seeds
        self.player.edge = self.stage.edge()
        self.draw()

    def action_undo(self) -> None:
        self._travel(self.session.undo, "Nothing to undo")

    def action_redo(self) -> None:
        self._travel(self.session.redo, "Nothing to redo")

    def _travel(self, go: Callable[[], bool], nothing: str) -> None:
        if go():
            self.changed()
        else:
            self.notify(nothing)

    def action_zoom(self) -> None:
        self.board.zoom()
        self._rearrange()

    def action_next_chart(self) -> None:
        if self.board.lesson.has_class("-full"):
            self.board.zoomed, self.board.lesson_open = None, not self.board.narrow
        else:
            self.board.next_chart(self.stage.charts)
        self._rearrange()

    def on_tab_line_clicked(self, event: TabLine.Clicked) -> None:
        if event.line is self.board.view_line:
            self.action_view(event.name)
        else:
            self.board.active = event.name
            self._rearrange()

    def action_view(self, name: str) -> None:
        self.board.open_view(name)
        self._rearrange()
        if self.board.view:
            self.board.view.focus()

    def on_view_scrubbed(self, event: View.Scrubbed) -> None:
        self.player.playing = False
        self.player.go(event.epoch)
        self.draw()

    def on_view_turned(self, event: View.Turned) -> None:
        self.attempt(lambda: self.session.turn(event.key, event.value))

    def on_view_edited(self, event: View.Edited) -> None:
        self.attempt(lambda: self.session.reconfigure(event.config))

    def on_view_changed(self) -> None:
        self.draw()

    def action_toggle_log(self) -> None:
        chart = self.board.chosen_chart()
        chart.log_axis = not chart.log_axis

    def action_choose_charts(self) -> None:
        def take(chosen: list[str] | None) -> None:
            if chosen:
                self.attempt(lambda: self.session.show_charts(chosen))

        entries = [Entry(q, LOOKS[q].title, "") for q in self.stage.quantities]
        self.push_screen(ChooseMany("Charts", entries, self.stage.charts), take)

    def action_lesson(self) -> None:
        self.board.lesson_open = not self.board.lesson_shown
        self._rearrange()
        if self.board.lesson.has_class("-full"):
            # Its keys are those that scroll.
            self.board.lesson.focus()

    def _rearrange(self) -> None:
        self.board.lay_out(self.stage)
        self.draw()

    def action_toggle_dark(self) -> None:
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_presets(self) -> None:
        def take(name: str | None) -> None:
            if name is not None:
                try:
                    self.open(name)
                except InputError as error:
                    self.notify(str(error), severity="error", markup=False)

        entries = []
        for preset in preset_files():
            # A broken file of one's own must not hide the others.
            with suppress(InputError):
                read = load(preset)
                entries.append(Entry(preset, read.title, read.question))
        self.push_screen(Choose("Presets", entries, self.session.preset.name), take)

    def action_save(self) -> None:
        def check(text: str) -> str | None:
            return None if text.strip().endswith(".toml") else "the name of a preset ends in .toml"

        def take(text: str | None) -> None:
            if text is not None:
                self._save(Path(text.strip()).expanduser())

        name = f"my-{self.session.preset.name.removeprefix('my-')}.toml"
        self.push_screen(Prompt("Save as a preset", name, check, "optplay FILE opens it"), take)

    def _save(self, path: Path) -> None:
        if path.exists():

            def take(yes: bool | None) -> None:
                if yes:
                    self._write(path, overwrite=True)

            self.push_screen(Confirm(f"{path} exists. Write over it?", "Write over it"), take)
        else:
            self._write(path, overwrite=False)

    def _write(self, path: Path, *, overwrite: bool) -> None:
        try:
            save(self.session.preset, path, overwrite=overwrite)
        except (InputError, OSError) as error:
            self.notify(f"Not saved: {error}", severity="error", markup=False)
            return
        self.session.saved(path)
        self.notify(f"Saved: optplay {path}", markup=False)
        self.draw()

    def action_copy_command(self) -> None:
        original = self.session.original
        shown = msgspec.structs.replace(self.session.preset, charts=original.charts)
        view = self.board.view
        if not (self.stage.all_seeds or (view and view.every_seed)):
            shown = msgspec.structs.replace(shown, seeds=(self.session.state.seed,))
        text = command(shown, self.session.opened, original)
        if text is None:
            self.notify(
                "Save it first (s): runs were added, removed or renamed, which only a file can say",
                severity="warning",
            )
            return
        if view:
            program, _, *rest = shlex.split(text)
            name, *options = view.command(self.stage)
            text = shlex.join([program, name, *rest, *options])
        self.copy_to_clipboard(text)
        self.notify(text, title="Copied", markup=False)

    def action_picture(self) -> None:
        try:
            self.notify(f"Saved: {self.save_screenshot()}", markup=False)
        except OSError as error:
            self.notify(f"Not saved: {error}", severity="error", markup=False)

    def action_help(self) -> None:
        owners: list[tuple[str, Sequence[BindingType]]] = [*SECTIONS.items()]
        owners.append(("A knob in focus", KnobRow.KEYS))
        owners += [(f"In {kind.title}", kind.BINDINGS) for kind in views().values()]
        self.push_screen(Help(sections_of(owners, self.get_key_display)))

    async def action_quit(self) -> None:
        self.exit()

    def action_interrupt(self) -> None:
        self.exit(return_code=130)
