"""What is drawn, and when."""

from typing import Any

from textual.app import ComposeResult
from textual.widgets import Footer

from optplay.errors import InputError
from optplay.experiments import load, on_log_axis
from optplay.tui.background import Background
from optplay.tui.board import Board
from optplay.tui.knobs import turned
from optplay.tui.messages import Looked
from optplay.tui.player import Player
from optplay.tui.session import Session
from optplay.tui.stage import Stage
from optplay.tui.training import every
from optplay.tui.views import CHARTS, views
from optplay.tui.widgets.status import StatusLine

FRAMES_PER_SECOND = 20
SAY_TRAINING_AFTER = 0.3
# Nobody reads numbers that change faster; and a change far from the charts makes Textual go over
# all widgets between them.
WORDS_SECONDS = 0.2


class Display(Background):
    """The parts of the screen, and what each shows of the stage."""

    def compose(self) -> ComposeResult:
        self._status, self._board = StatusLine(id="status"), Board(self.check_knob)
        yield self._status
        yield self._board
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._last_frame = self.clock()
        self._words_due = every(WORDS_SECONDS, self.clock)
        self._frames = self.set_interval(1 / FRAMES_PER_SECOND, self.frame, pause=True)
        self.theme_changed_signal.subscribe(self, lambda theme: self.draw())
        self.call_after_refresh(self._opened)

    def on_compiling(self) -> None:
        self._status.work = "compiling, once: takes some seconds"

    def check_knob(self, key: str, value: Any) -> str | None:
        """What would be wrong with a knob at this value."""
        try:
            turned(self.session.run.config, key, value)
        except InputError as error:
            return str(error)
        return None

    @property
    def board(self) -> Board:
        """The screen's layout."""
        return self._board

    def open(self, name: str) -> None:
        """Opens another preset.

        Raises:
            InputError: there is none, or something is wrong in it.
        """
        preset = load(name)
        whole = self.session.whole_problem
        self.session = Session(preset, name, self.clock)
        self.session.whole_problem = whole
        player = Player(preset.runs[0].config.epochs, self.player.speed)
        self.stage = Stage(self.session, player)
        self._opened()

    def _opened(self) -> None:
        board = self.board
        board.zoomed, board.active = None, self.stage.charts[0]
        board.charts["loss"].log_axis = on_log_axis(self.session.preset, "loss")
        opening = (name for name, kind in views().items() if kind.opens(self.session.preset))
        board.open_view(next(opening, CHARTS))
        self.board.lesson.show_text(self.session.preset.question, self.session.preset.lesson)
        self._measured = None
        self.changed()
        if board.view:
            board.view.focus()

    def changed(self) -> None:
        """The session is another: draws its controls, and computes what is not there yet."""
        self.player.resize(self.session.run.config.epochs)
        self.stage.histories = {
            label: history
            for label, history in self.stage.histories.items()
            if label in self.stage.labels
        }
        self.board.draw_controls(self.session)
        self.board.lay_out(self.stage)
        if self.evidence != self._measured:
            self.stop_measuring()
        self.compute()
        self.draw()

    def frame(self) -> None:
        """One frame of playing."""
        now = self.clock()
        self.player.tick(now - self._last_frame)
        self._last_frame = now
        self.draw(words=not self.player.playing)

    def draw(self, *, words: bool = True) -> None:
        """Draws the stage as it is now; what isn't a chart only now and then, without `words`."""
        if not (self.is_running and self.board.is_mounted):
            return
        self.board.draw_charts(self.stage)
        self.look(self.board.view)
        if self._words_due() or words:
            self.board.draw_rows(self.stage)
            self._draw_status()
            self._draw_lesson()
        if self.player.playing:
            self._frames.resume()
        else:
            self._frames.pause()

    def on_looked(self, message: Looked) -> None:
        view = self.board.views.get(message.view)
        if message.stopped.is_set() or view is None or view.task_key != message.key:
            return
        view.take(message.result, message.complete)
        if message.complete:
            self.looking = False
            # It may have said that something is compiled for this.
            self._draw_status()

    def _draw_status(self) -> None:
        player, status = self.player, self._status
        edited = " *" if self.session.edited else ""
        status.title = f"optplay   {self.session.preset.title}{edited}"
        sign = "▶" if player.playing else "‖" if not player.at_end else "■"
        seeds, unit = self.session.preset.seeds, self.session.preset.unit
        which = f"seed {self.session.state.seed}"
        if self.stage.all_seeds:
            complete = len(self.stage.results.preset.seeds) if self.stage.results else 0
            partly = "" if complete == len(seeds) else f"{complete} of "
            which = f"{partly or 'all '}{len(seeds)} seeds"
        status.player = (
            f"{which}   {sign} {unit} {player.epoch}/{player.epochs}   {player.speed_text(unit)}"
        )
        late = self.clock() - self.began > SAY_TRAINING_AFTER
        done = self.player.edge / max(self.player.epochs, 1)
        if self.training and not self.stage.histories:
            status.work = status.work or "loading"
        else:
            status.work = f"training {done:.0%}" if self.training and late else ""

    def _draw_lesson(self) -> None:
        preset, results = self.session.preset, self.stage.results
        count = len(results.preset.seeds) if results else 0
        done = count == len(preset.seeds)
        progress = "" if done else f"{count} of {len(preset.seeds)} seeds"
        self.board.lesson.show_verdicts(
            preset.claims, results.verdicts if results else (), progress
        )
