"""One update of the selected run, taken apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event

from textual.binding import Binding

from optplay.analysis.inspect import Dissection, take_apart
from optplay.errors import InputError
from optplay.experiments.inspection import find_parameter
from optplay.plots import Picture, notice
from optplay.scenes.inspector import inspector_scene
from optplay.training import History
from optplay.tui.screens.prompt import Prompt
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import Task, View


@dataclass(frozen=True)
class Refused:
    """Why an update can't be shown."""

    reason: str


class Inspector(View):
    """Follows the playhead; its own keys go on by single updates, and to other parameters."""

    name = "inspector"
    title = "Update"
    text = "one update taken apart: gradient, clipping, L2, the rule's formula, decay"
    order = 40

    BINDINGS = [
        Binding("full_stop", "step(1)", "Next update", tooltip="one update forward"),
        Binding("comma", "step(-1)", "Update before", show=False, tooltip="one update back"),
        Binding("n", "parameter(1)", "Next parameter", tooltip="the numbers of the next parameter"),
        Binding("N", "parameter(-1)", "Parameter before", show=False, tooltip="of the one before"),
        Binding("i", "ask_step", "Type an update", tooltip="goes to any update, by its number"),
        Binding(
            "I",
            "ask_parameter",
            "Type a parameter",
            show=False,
            tooltip="goes to a parameter, by its name or number",
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.step = 0
        self.parameter: int | None = None
        self._playhead: object = None

    def heading(self, stage: Stage) -> str:
        return f"One update of {stage.session.run.label}, seed {stage.session.state.seed}"

    def hint(self, stage: Stage) -> str:
        return ". , update   n N parameter   i type an update"

    def _history(self, stage: Stage) -> History | None:
        return stage.histories.get(stage.session.run.label)

    def _follow(self, stage: Stage) -> None:
        """The last update of the playhead's epoch, once the playhead moved by itself."""
        per_epoch = stage.session.run.config.problem.steps_per_epoch
        if stage.player.epoch != self._playhead:
            self._playhead = stage.player.epoch
            self.step = max(1, stage.player.epoch * per_epoch)

    def wanted(self, stage: Stage) -> Task | None:
        self._follow(stage)
        history, step = self._history(stage), self.step
        if history is None or stage.session.run.label in stage.outdated:
            return None
        step = min(step, history.steps)

        def make(stop: Event) -> Iterator[Dissection | Refused]:
            try:
                yield take_apart(history, step)
            except InputError as error:
                yield Refused(str(error))

        return Task((history, step), make)

    def key(self, stage: Stage) -> object:
        return self.parameter, stage.session.state.selected

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        found = self.result
        if isinstance(found, Refused):
            return notice(found.reason, width, height)
        if not isinstance(found, Dissection):
            return self.waiting(width, height)
        count = found.update.delta.size
        parameter = found.largest if self.parameter is None else self.parameter % count
        place = stage.session.state.selected
        return inspector_scene(found, parameter, place, width, height, **self.look)

    def go(self, step: int) -> None:
        """Shows an update, and takes the playhead along into its epoch."""
        stage = self.stage
        if stage is None:
            return
        config = stage.session.run.config
        self.step = min(max(step, 1), config.steps)
        epoch = -(-self.step // config.problem.steps_per_epoch)
        self._playhead = epoch
        self.post_message(self.Scrubbed(epoch))

    def action_step(self, by: int) -> None:
        """Some updates forward or back."""
        self.go(self.step + by)

    def action_parameter(self, by: int) -> None:
        """The next parameter, or the one before."""
        found = self.result
        if isinstance(found, Dissection):
            now = found.largest if self.parameter is None else self.parameter
            self.parameter = (now + by) % found.update.delta.size
            self.changed()

    def action_ask_step(self) -> None:
        """Asks for the number of an update."""
        stage = self.stage
        if stage is None:
            return
        self.ask_number("Go to update", self.step, stage.session.run.config.steps, self.go)

    def action_ask_parameter(self) -> None:
        """Asks for a parameter."""
        stage = self.stage
        if stage is None:
            return
        config = stage.session.run.config

        def check(text: str) -> str | None:
            try:
                find_parameter(config, text)
            except InputError as error:
                return str(error)
            return None

        def take(text: str | None) -> None:
            if text is not None:
                self.parameter = find_parameter(config, text)
                self.changed()

        now = config.problem.parameter_names[self.parameter or 0]
        self.app.push_screen(Prompt("Parameter", now, check), take)


view = Inspector
