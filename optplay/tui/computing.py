"""What is computed for the screen: its curves, the claims over all seeds, and what a view needs."""

import gc
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from threading import Event
from typing import Any

from textual.app import App
from textual.message import Message
from textual.timer import Timer

from optplay.errors import InputError
from optplay.experiments import Preset, Results
from optplay.experiments.experiment import Job as Measured, stream_preset
from optplay.plots import warm_up
from optplay.training import History, on_compile
from optplay.training.pool import step_back
from optplay.tui.desk import Desk
from optplay.tui.growing import grow
from optplay.tui.job import Job
from optplay.tui.judged import unchanged
from optplay.tui.library import SEEDS_BYTES, Library, plans
from optplay.tui.memory import give_back
from optplay.tui.widgets.view import View

QUIET_SECONDS = 0.3
# What has become untrue may stay for the blink until its successor, no longer.
STALE_SECONDS = 0.2


class Compiling(Message):
    """Something is being compiled that was not in the cache on disk."""


@cache
def _spare_the_start() -> None:
    """Leaves what the start made, which stays, out of all searches for garbage: each took 0.2 s."""
    gc.freeze()


class Computing:
    """Three jobs that fill the stage; an edit cancels what has become stale.

    Args:
        app: which is told, and whose timers are used. desk: whose stage is filled.
        draw: called when there is something new to see; with False if charts alone changed.
    """

    def __init__(self, app: App[Any], desk: Desk, draw: Callable[[bool], None]) -> None:
        self._app, self._desk, self._draw = app, desk, draw
        self.training = Job[dict[str, History]](app, "training", self._grown, self._failed)
        self.measuring = Job[Results](app, "measuring", self._measured, self._failed)
        self.looking = Job[Any](app, "looking", self._looked, self._failed, at_once=True)
        #: The error that put an end to the last job that failed.
        self.failure: Exception | None = None
        self.waiting = True
        self.began = desk.clock()
        self._library = Library()
        self._measured_of: tuple[Preset, Mapping[Measured, History]] = desk.session.preset, {}
        self._quiet: Timer | None = None
        self._view: View | None = None
        self._warm = False

    @property
    def settled(self) -> bool:
        return not (self.waiting or any(job.running for job in self._jobs))

    @property
    def _jobs(self) -> tuple[Job[Any], ...]:
        return self.training, self.measuring, self.looking

    def stop(self) -> None:
        """Stops all jobs: nobody waits for them any more."""
        for job in self._jobs:
            job.cancel()

    def begin(self) -> None:
        """Computes what the session needs, but for what is known."""
        desk, stage = self._desk, self._desk.stage
        if self._evidence() != self.measuring.key:
            self.forget()
        wanted = plans(desk.session.preset, desk.session.state.seed)
        known = {label: h for label, plan in wanted.items() if (h := self._library.get(plan))}
        stage.histories = {
            label: known.get(label) or stage.histories[label]
            for label in wanted
            if label in known or label in stage.histories
        }
        stage.outdated = set(wanted) - set(known)
        self.began = desk.clock()
        desk.player.edge = stage.edge()
        self.training.cancel()
        if not stage.outdated:
            self._measure_soon()
            return

        def make(stop: Event) -> Iterator[dict[str, History]]:
            step_back()
            self._warm_up()
            return grow(wanted, known)

        self.training.begin(wanted, make)
        self._app.set_timer(STALE_SECONDS, partial(self._drop_outdated, wanted))

    def _warm_up(self) -> None:
        """Loads in the thread what the first picture of the screen must not wait for."""
        if not self._warm:
            self._warm = True
            on_compile(self._compiling)
            warm_up()

    def _compiling(self) -> None:
        self._app.post_message(Compiling())

    def _grown(self, histories: dict[str, History], complete: bool) -> None:
        stage = self._desk.stage
        stage.histories.update(histories)
        stage.outdated -= set(histories)
        for label, plan in plans(self._desk.session.preset, self._desk.session.state.seed).items():
            if label in histories and histories[label].done:
                self._library.keep(plan, histories[label])
        self._desk.player.edge = stage.edge()
        if complete:
            _spare_the_start()
            self._measure_soon()
            self._draw(True)
        elif not self._desk.player.playing:
            # Else the next frame does it.
            self._draw(False)

    def _drop_outdated(self, wanted: object) -> None:
        stage = self._desk.stage
        if wanted is self.training.key and stage.outdated:
            for label in stage.outdated:
                stage.histories.pop(label, None)
            self._desk.player.edge = stage.edge()
            self._draw(True)

    def _evidence(self) -> object:
        """What the verdicts depend on."""
        preset = self._desk.session.preset
        return preset.runs, preset.claims, preset.seeds

    def _measure_soon(self) -> None:
        """Measures the claims as soon as edits have been quiet for a moment."""
        self.waiting = self._evidence() != self.measuring.key
        if self.waiting:
            self._hush()
            self._quiet = self._app.set_timer(QUIET_SECONDS, self.measure)

    def measure(self) -> None:
        self.forget()
        preset = self._desk.session.preset
        # What is not needed any more is let go before more is computed.
        self._measured_of = preset, unchanged(*self._measured_of, preset)
        known = self._measured_of[1]

        def make(stop: Event) -> Iterator[Results]:
            step_back()
            return stream_preset(preset, known=known, cancelled=stop, most=SEEDS_BYTES)

        self.measuring.begin(self._evidence(), make)
        self.waiting = False

    def forget(self) -> None:
        """What was measured is of another preset by now."""
        self._hush()
        self.measuring.cancel()
        self.waiting = True
        self._desk.stage.results = None
        give_back()

    def _hush(self) -> None:
        if self._quiet:
            self._quiet.stop()

    def _measured(self, results: Results, complete: bool) -> None:
        self._desk.stage.results = results
        if complete:
            self._desk.stage.judged.take(results)
            self._measured_of = results.preset, results.histories()
        self._desk.player.edge = self._desk.stage.edge()
        self._draw(True)

    def _failed(self, job: Job[Any], error: Exception) -> None:
        kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
        self.failure, self.waiting = error, False
        told = f"{job.name} stopped: {kind}{error}"
        self._app.notify(told, severity="error", timeout=15, markup=False)
        if job is self.looking and self._view is not None:
            self._view.fail(f"{kind}{error}")
        self._draw(True)

    def look(self, view: View) -> None:
        """Computes what the view on the screen needs, unless that is there or under way."""
        task, job = view.wanted(self._desk.stage), self.looking
        under_way = job.running and self._view is view
        if task and task.key == view.task_key and (view.complete or under_way):
            return
        job.cancel()
        if task is None:
            if view.task_key is not None:
                # What it will need can't be computed yet, and what it shows is of something else.
                view.wait_for(None)
                self._drop_soon(view)
            return
        self._view = view
        view.wait_for(task.key)
        make = task.make

        def in_words_if_refused(stop: Event) -> Iterator[Any]:
            step_back()
            try:
                yield from make(stop)
            except InputError as error:
                yield str(error)

        job.begin(task.key, in_words_if_refused)
        self._drop_soon(view)

    def _looked(self, result: Any, complete: bool) -> None:
        if self._view is not None:
            self._view.take(result, complete)
        if complete:
            # It may have said that something is compiled for this.
            self._draw(True)

    def _drop_soon(self, view: View) -> None:
        """Takes from a view what it shows, unless there is something newer by then."""
        key, version = view.task_key, view.version

        def drop() -> None:
            if (view.task_key, view.version) == (key, version) and not view.complete:
                view.take(None, False)

        self._app.set_timer(STALE_SECONDS, drop)
