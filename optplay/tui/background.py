"""The background: trains and measures in threads, and keeps what came of it."""

from collections.abc import Callable
from functools import partial
from threading import Event
from time import monotonic

from textual import work
from textual.app import App
from textual.worker import Worker, WorkerState, get_current_worker

from optplay.errors import InputError
from optplay.experiments import Preset, Results
from optplay.experiments.experiment import stream_preset
from optplay.plots import warm_up
from optplay.training import History, on_compile
from optplay.tui.messages import Compiling, Looked, Measured, Trained
from optplay.tui.plans import Library, Plan, plans
from optplay.tui.player import DEFAULT_SPEED, Player
from optplay.tui.session import Session
from optplay.tui.stage import Stage
from optplay.tui.training import POST_SECONDS, every, grow, step_back
from optplay.tui.widgets.view import Task, View

QUIET_SECONDS = 0.3
STALE_SECONDS = 0.2


class Background(App[None]):
    """An app whose stage is filled by threads; an edit cancels what has become stale."""

    def __init__(
        self, preset: Preset, opened: str, *, speed: float = DEFAULT_SPEED,
        clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        super().__init__()
        self.clock = clock
        self.session = Session(preset, opened, clock)
        self.stage = Stage(self.session, Player(preset.runs[0].config.epochs, speed))
        self.failure: BaseException | None = None
        self.training = True
        self.measuring = False
        self.looking = False
        self.began = clock()
        self._library = Library()
        self._generation = 0
        self._warm = False
        self._stop_measuring = Event()
        self._measured: object = None
        self._stop_looking = Event()
        self._looked_at: View | None = None
        self._looker: Worker[None] | None = None

    def on_mount(self) -> None:
        self._quiet = self.set_timer(QUIET_SECONDS, self.measure_now, pause=True)

    def on_unmount(self) -> None:
        self._stop_measuring.set()
        self._stop_looking.set()

    def draw(self, *, words: bool = True) -> None:
        """Draws the stage as it is now; what isn't a chart only now and then, without `words`."""
        raise NotImplementedError

    @property
    def player(self) -> Player:
        """The player over what the stage shows."""
        return self.stage.player

    @property
    def evidence(self) -> object:
        """What the verdicts depend on."""
        preset = self.session.preset
        return preset.runs, preset.claims, preset.seeds

    @property
    def settled(self) -> bool:
        """Whether nothing is being computed, and nothing waits to be."""
        return not (self.training or self.measuring or self.looking)

    def compute(self) -> None:
        """Trains what is on the screen, but for what is known."""
        self._generation += 1
        wanted = plans(self.session.preset, self.session.state.seed)
        known = {label: h for label, plan in wanted.items() if (h := self._library.get(plan))}
        self.stage.histories = {**self.stage.histories, **known}
        self.stage.outdated = set(wanted) - set(known)
        self.training = bool(self.stage.outdated)
        self.began = self.clock()
        self.player.edge = self.stage.edge()
        self.workers.cancel_group(self, "training")
        if self.training:
            self.train(wanted, known, self._generation)
            self.set_timer(STALE_SECONDS, partial(self._drop_outdated, self._generation))
        else:
            self.measure_soon()

    @work(thread=True, exclusive=True, group="training", exit_on_error=False)
    def train(self, wanted: dict[str, Plan], known: dict[str, History], generation: int) -> None:
        """Trains in a thread, and tells about it some twenty times a second."""
        worker, due = get_current_worker(), every(POST_SECONDS)
        step_back()
        self._warm_up()
        so_far = known
        for so_far in grow(wanted, known):
            if worker.is_cancelled:
                return
            if due():
                self.post_message(Trained(dict(so_far), generation, False))
        self.post_message(Trained(dict(so_far), generation, True))

    def _drop_outdated(self, generation: int) -> None:
        """What an edit has made untrue may stay for the blink until its successor, no longer."""
        if generation == self._generation and self.stage.outdated:
            for label in self.stage.outdated:
                self.stage.histories.pop(label, None)
            self.player.edge = self.stage.edge()
            self.draw()

    def _warm_up(self) -> None:
        """Loads in the thread what the first picture of the screen must not wait for."""
        if not self._warm:
            self._warm = True
            on_compile(self._compiling)
            warm_up()

    def _compiling(self) -> None:
        self.post_message(Compiling())

    def on_trained(self, message: Trained) -> None:
        if message.generation != self._generation:
            return
        self.stage.histories.update(message.histories)
        self.stage.outdated -= set(message.histories)
        wanted = plans(self.session.preset, self.session.state.seed)
        for label, plan in wanted.items():
            if message.histories[label].done if label in message.histories else False:
                self._library.keep(plan, message.histories[label])
        self.training = not message.done
        self.player.edge = self.stage.edge()
        if message.done:
            self.measure_soon()
            self.draw()
        elif not self.player.playing:
            # Else the next frame does it.
            self.draw(words=False)

    def measure_soon(self) -> None:
        """Measures the claims as soon as edits have been quiet for a moment."""
        if self.evidence == self._measured:
            return
        self.measuring = True
        self._quiet.stop()
        self._quiet = self.set_timer(QUIET_SECONDS, self.measure_now)

    def measure_now(self) -> None:
        """Trains all seeds in the background."""
        self.stop_measuring()
        self._stop_measuring = Event()
        self.measuring, self._measured = True, self.evidence
        self.measure(self.session.preset, self._stop_measuring)

    def stop_measuring(self) -> None:
        """What was measured is of another preset by now."""
        self._stop_measuring.set()
        self._quiet.stop()
        self.measuring, self._measured = False, None
        self.stage.results = None

    @work(thread=True, exclusive=True, group="measuring", exit_on_error=False)
    def measure(self, preset: Preset, stop: Event) -> None:
        """Trains the seeds in a thread, and tells about those that are complete."""
        step_back()
        last: Results | None = None
        for results in stream_preset(preset, cancelled=stop):
            if last is not None:
                self.post_message(Measured(last, stop, False))
            last = results
        if last is not None and not stop.is_set():
            self.post_message(Measured(last, stop, True))

    def on_measured(self, message: Measured) -> None:
        if message.stopped.is_set():
            return
        self.stage.results = message.results
        self.player.edge = self.stage.edge()
        self.measuring = not message.done
        self.draw()

    def look(self, view: View | None) -> None:
        """Computes what the view on the screen needs, unless that is there or under way."""
        task = view.wanted(self.stage) if view else None
        under_way = self.looking and self._looked_at is view
        if view and task and task.key == view.task_key and (view.complete or under_way):
            return
        self._stop_looking.set()
        self.looking = False
        if view is None:
            return
        if task is None:
            if view.task_key is not None:
                # What it will need can't be computed yet, and what it shows is of something else.
                view.wait_for(None)
                self.set_timer(STALE_SECONDS, partial(self._drop_unwanted, view, view.version))
            return
        self.looking, self._stop_looking, self._looked_at = True, Event(), view
        view.wait_for(task.key)
        stop = self._stop_looking
        self._looker = self.compute_view(view.name, task, stop)
        self.set_timer(STALE_SECONDS, partial(self._drop_result, view, view.version, stop))

    @staticmethod
    def _drop_result(view: View, version: int, stop: Event) -> None:
        """As for curves: what has become untrue stays for a blink, no longer."""
        if not stop.is_set() and view.version == version and not view.complete:
            view.take(None, False)

    @staticmethod
    def _drop_unwanted(view: View, version: int) -> None:
        if view.task_key is None and view.version == version:
            view.take(None, False)

    @work(thread=True, exclusive=True, group="looking", exit_on_error=False)
    def compute_view(self, name: str, task: Task, stop: Event) -> None:
        """Computes in a thread, and tells about it some twenty times a second."""
        due = every(POST_SECONDS)
        step_back()
        result = None
        for result in task.make(stop):
            if stop.is_set():
                return
            if due():
                self.post_message(Looked(name, task.key, result, stop, False))
        self.post_message(Looked(name, task.key, result, stop, True))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        words = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
        self.failure = error
        told = f"{event.worker.group} stopped: {words}{error}"
        self.notify(told, severity="error", timeout=15, markup=False)
        if event.worker.group == "training":
            self.training = False
        elif event.worker.group == "measuring":
            self.measuring = False
        elif self._looked_at and event.worker is self._looker:
            self.looking = False
            self._looked_at.fail(f"{words}{error}")
        self.draw()
