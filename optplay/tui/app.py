"""The app: it wires the parts, and knows how it ends."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter

from optplay.cli.interrupts import INTERRUPTED
from optplay.experiments import Preset, load
from optplay.gate import prose
from optplay.tui import guards
from optplay.tui.bindings import ALL, BINDINGS, SECTIONS
from optplay.tui.commands import commands
from optplay.tui.computing import Compiling, Computing
from optplay.tui.desk import Desk
from optplay.tui.files import Files
from optplay.tui.gate import Gate
from optplay.tui.job import Told, every
from optplay.tui.player import USUAL, Player
from optplay.tui.screens.choose import Choose, Entry
from optplay.tui.screens.help import Help, sections_of
from optplay.tui.screens.main import Main
from optplay.tui.session import Session
from optplay.tui.stage import Stage
from optplay.tui.views import views
from optplay.tui.widgets.key_line import KeyLine
from optplay.tui.widgets.knob_row import KnobRow
from optplay.tui.widgets.status import StatusLine
from optplay.tui.workspace import Workspace

FRAMES_PER_SECOND = 20
SAY_TRAINING_AFTER = 0.3
# Nobody reads numbers that change faster; and a change far from the charts makes Textual go over
# all widgets between them.
WORDS_SECONDS = 0.2


class Optplay(App[None]):
    """A player over Histories that are computed in the background."""

    TITLE = "optplay"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = BINDINGS

    def __init__(
        self, preset: Preset, opened: str, *, theme: str = "textual-dark",
        seconds: float = USUAL, autoplay: bool = False, clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        guards.install()
        super().__init__()
        self._gate = Gate()
        self.desk = Desk(preset, opened, seconds=seconds, autoplay=autoplay, clock=clock)
        self.status, self.workspace = StatusLine(self.desk), Workspace(self.desk)
        self.files = Files(self, self.desk, self.workspace, self.open)
        self.runs, self.controls = self.workspace.runs, self.workspace.controls
        # The parts whose actions have keys that work everywhere.
        self._action_targets |= {"status", "workspace", "runs", "controls", "files"}
        self.computing = Computing(self, self.desk, lambda words: self.draw(words=words))
        self.complaint: str | None = None
        self.offer: str | None = None
        # Called before it ends: keeps what is unsaved.
        self.keep: Callable[[], object] = lambda: None
        self.fault: BaseException | None = None
        if theme in self.available_themes:
            self.theme = theme

    def get_default_screen(self) -> Main:
        return Main()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._gate]

    def compose(self) -> ComposeResult:
        yield self.status
        yield self.workspace
        yield KeyLine()

    def on_mount(self) -> None:
        desk = self.desk
        desk.edited, desk.selected, desk.moved = self._edited, self._selected, self.draw
        desk.opened = self._begin
        desk.said = lambda said: self.notify(said, markup=False)
        desk.told = lambda told: self.notify(told, severity="warning", markup=False)
        self._last_frame, self._plays = desk.clock(), False
        self._words_due = every(WORDS_SECONDS, desk.clock)
        self._frames = self.set_interval(1 / FRAMES_PER_SECOND, self.frame, pause=True)
        self.theme_changed_signal.subscribe(self, lambda theme: self.draw())
        if self.complaint:
            self.notify(self.complaint, severity="warning", timeout=15, markup=False)
        if self.offer:
            self.notify(self.offer, timeout=15, markup=False)
        self.call_after_refresh(self._begin)

    def end(self, code: int) -> None:
        """Ends it with an exit code, whatever is on the screen, and asks nothing."""
        self.keep()
        self.exit(return_code=code)

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        if found.__module__ != "textual.drivers.linux_driver":
            return found
        from optplay.tui.driver import GuardedDriver  # noqa: PLC0415 - not every system has termios

        return GuardedDriver

    def on_unmount(self) -> None:
        self.computing.stop()

    @property
    def session(self) -> Session:
        return self.desk.session

    @property
    def stage(self) -> Stage:
        return self.desk.stage

    @property
    def player(self) -> Player:
        return self.desk.player

    def open(self, name: str) -> None:
        """Opens another preset.

        Raises:
            InputError: there is none, or something is wrong in it.
        """
        self.desk.open(load(name), name)

    def _begin(self) -> None:
        """Another preset is on the desk."""
        if self._ending:
            # It was told to end before it began: there is nothing left to draw in.
            return
        self.workspace.begin()
        self.computing.forget()
        self.changed()
        self.workspace.view.focus()

    def _edited(self) -> None:
        self.player.take_over()
        self.changed()

    def changed(self) -> None:
        """The session is another: draws its controls, and computes what is not there yet."""
        self.player.resize(self.session.run.config.epochs)
        self.workspace.show_lesson()
        self.controls.show()
        self.workspace.edited()
        self.desk.caution()
        self.computing.begin()
        self.workspace.lay_out()
        self.draw()

    def _selected(self) -> None:
        self.controls.show()
        self.draw()

    def frame(self) -> None:
        now = self.desk.clock()
        self.player.tick(now - self._last_frame)
        self._last_frame = now
        self.draw(words=not self.player.playing)

    def draw(self, *, words: bool = True) -> None:
        """Draws the stage as it is now; what isn't a chart only now and then, without `words`."""
        if not (self.is_running and self.workspace.is_mounted):
            return
        self.workspace.draw()
        self.status.show()
        self.computing.look(self.workspace.view)
        if self._words_due() or words:
            self.workspace.draw_words()
            self._say_what_is_computed()
        if not self.player.playing:
            self._frames.pause()
        elif not self._plays:
            self._last_frame = self.desk.clock()
            self._frames.resume()
        self._plays = self.player.playing

    def _say_what_is_computed(self) -> None:
        training = self.computing.training.running
        late = self.desk.clock() - self.computing.began > SAY_TRAINING_AFTER
        done = self.player.edge / max(self.player.epochs, 1)
        if (training or self.computing.waiting) and not self.stage.histories:
            self.status.work = self.status.work or "loading"
        else:
            self.status.work = f"training {done:.0%}" if training and late else ""

    def on_compiling(self, message: Compiling) -> None:
        self.status.work = "compiling, once: takes some seconds"

    def on_told(self, message: Told) -> None:
        message.job.told(message)

    def notify(self, message: str, **how: Any) -> None:
        """Shows a notice, but none twice: what stands there already is not said again."""
        message = prose(message)  # It may hold the name of a file.
        if all(message != shown.message for shown in self._notifications):
            super().notify(message, **how)

    def action_toggle_dark(self) -> None:
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_help(self) -> None:
        view = self.workspace.view
        shown = view.instrument
        about = [(shown.heading, shown.guide), self.controls.explained()]
        owners: list[tuple[str, Sequence[BindingType]]] = [*SECTIONS.items()]
        owners += [("A knob in focus", KnobRow.KEYS)]
        owners += [
            (f"In {kind.instrument.title}", vars(kind).get("BINDINGS", ()))
            for kind in views().values()
        ]
        # What is looked at stands first.
        owners.sort(key=lambda owner: owner[0] != f"In {view.instrument.title}")
        self.push_screen(Help("Help", [*about, *sections_of(owners, self.get_key_display)]))

    def action_words(self, view: str = "") -> None:
        """The words of a view, or of all of them, with a sentence on each."""
        kinds = [kind.instrument for name, kind in views().items() if view in ("", name)]
        self.push_screen(Help("Glossary", [(kind.heading, kind.guide) for kind in kinds]))

    def action_palette(self) -> None:
        found = [*commands(self, ALL, self.workspace, self.files.take)]
        run = {command.entry.name: command.run for command in found}
        choose = Choose("All that can be done", [command.entry for command in found])
        # Not before the list is closed: what is done may be about the screen below.
        choose.ask(self, lambda name: self.call_later(run[name]))

    def action_theme(self) -> None:
        entries = [Entry(name, name, "") for name in sorted(self.available_themes)]
        Choose("Themes", entries, self.theme).ask(self, partial(setattr, self, "theme"))

    async def action_quit(self) -> None:
        self.exit()

    def action_interrupt(self) -> None:
        self.exit(return_code=INTERRUPTED)

    @property
    def _ending(self) -> bool:
        return self.return_code is not None or not (self.is_running and self.screen_stack)

    async def on_event(self, event: events.Event) -> None:
        # What is typed as the app ends finds no screen any more, or one without its widgets.
        if not (self._ending and isinstance(event, events.InputEvent)):
            await super().on_event(event)

    def _fatal_error(self) -> None:
        """A fault of ours: the terminal is restored, and the command line says what it was."""
        self.fault = sys.exc_info()[1]
        self._close_messages_no_wait()
