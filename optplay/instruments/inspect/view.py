"""One update of the selected run, taken apart."""

from collections.abc import Iterator
from threading import Event

from textual.binding import Binding

from optplay.instruments.inspect import instrument
from optplay.instruments.inspect.measure import Dissection, find_parameter, take_apart
from optplay.instruments.inspect.picture import inspect_picture
from optplay.plots import Picture
from optplay.training import History
from optplay.tui.screens.prompt import Prompt, refused
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import PictureView, Task


class Inspector(PictureView):
    """Follows the playhead; its own keys go on by single updates, and to other parameters."""

    instrument = instrument

    BINDINGS = [
        Binding("full_stop", "step(1)", "Next update", tooltip="one update forward"),
        Binding("comma", "step(-1)", "Update before", show=False, tooltip="one update back"),
        Binding("n", "parameter(1)", "Next parameter", tooltip="the numbers of the next parameter"),
        Binding("N", "parameter(-1)", "Parameter before", show=False, tooltip="of the one before"),
        Binding("i", "ask_step", "Type an update", tooltip="goes to any update, by its number"),
        Binding("I", "ask_parameter", "Type a parameter", show=False,
                tooltip="goes to a parameter, by its name or number"),
    ]  # fmt: skip

    def begin(self) -> None:
        # The last update of the playhead's epoch, and the parameter that it moves most.
        self.step = 1
        self.parameter: int | None = None
        self._asked: int | None = None
        self._followed: object = None

    def heading(self, stage: Stage) -> str:
        return f"One update of {stage.session.run.label}, seed {stage.session.state.seed}"

    def hint(self, stage: Stage) -> str:
        return ". , update   n N parameter   i I type one"

    def _history(self, stage: Stage) -> History | None:
        return stage.histories.get(stage.session.run.label)

    def _follow(self, stage: Stage) -> None:
        """Takes the update asked for, or the last one of an epoch that the playhead came to."""
        epoch, per_epoch = stage.player.epoch, stage.session.run.config.problem.steps_per_epoch
        now = epoch, per_epoch
        if self._asked is not None and -(-self._asked // per_epoch) == epoch:
            self.step, self._asked = self._asked, None
        elif now != self._followed:
            self.step = max(1, epoch * per_epoch)
        self._followed = now

    def _last(self, stage: Stage) -> int:
        history = self._history(stage)
        return history.steps if history and history.done else stage.session.run.config.steps

    def wanted(self, stage: Stage) -> Task | None:
        self._follow(stage)
        run, history = stage.session.run, self._history(stage)
        if history is None or not history.steps or run.label in stage.outdated:
            return None
        step = min(self.step, history.steps)
        own = (history.forked_at or 0) * run.config.problem.steps_per_epoch + 1

        def make(stop: Event) -> Iterator[Dissection | str]:
            if run.fork and step < own:
                yield (
                    f"{run.label} goes on from {run.fork.run} after {stage.session.preset.unit} "
                    f"{run.fork.epoch:,}: update {step:,} is one of {run.fork.run}, and is shown "
                    f"there. Its own begin with update {own:,}."
                )
            else:
                yield take_apart(history, step)

        return Task((history, step), make)

    def command(self, stage: Stage) -> list[str]:
        config, found = stage.session.run.config, self.result
        words = ["inspect", "--run", stage.session.run.label, "--step", str(self.step)]
        if not isinstance(found, Dissection):
            return words
        return [*words, "--parameter", config.problem.parameter_names[self._looked_at(found)]]

    def key(self, stage: Stage) -> object:
        return self.parameter, stage.session.state.selected

    def _looked_at(self, found: Dissection) -> int:
        """The parameter whose numbers are shown; networks differ in how many they have."""
        return found.largest if self.parameter is None else self.parameter % found.update.delta.size

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        found = self.result
        if not isinstance(found, Dissection):
            return self.waiting(width, height)
        place = stage.session.state.selected
        return inspect_picture(found, self._looked_at(found), place, width, height, **self.look)

    def go(self, step: int) -> None:
        """Shows an update, once the playhead has come to its epoch."""
        stage = self.stage
        if stage is None:
            return
        self._asked = min(max(step, 1), self._last(stage))
        per_epoch = stage.session.run.config.problem.steps_per_epoch
        self.desk.player.playing = False
        self.desk.player.go(-(-self._asked // per_epoch))
        self.desk.moved()

    def action_step(self, by: int) -> None:
        if self.stage:
            # Keys may come faster than the playhead moves.
            now = self.step if self._asked is None else self._asked
            self.go(min(now, self._last(self.stage)) + by)

    def action_parameter(self, by: int) -> None:
        found = self.result
        if isinstance(found, Dissection):
            self.parameter = (self._looked_at(found) + by) % found.update.delta.size
            self.changed()

    def action_ask_step(self) -> None:
        stage = self.stage
        if stage is None:
            return
        last = self._last(stage)
        self.ask_number("Go to update", min(self.step, last), last, self.go)

    def action_ask_parameter(self) -> None:
        found = self.result
        if not isinstance(found, Dissection):
            return
        config = found.config

        def check(text: str) -> str | None:
            return refused(lambda: find_parameter(config, text))

        def take(text: str) -> None:
            self.parameter = find_parameter(config, text)
            self.changed()

        now = config.problem.parameter_names[self._looked_at(found)]
        Prompt("Parameter", now, check).ask(self.app, take)


view = Inspector
