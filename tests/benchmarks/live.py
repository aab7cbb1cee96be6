"""The app at work, watched from within: its frames, what each took, and the runs that it trains."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import msgspec
import pytest
from textual._compositor import CompositorUpdate

from optplay.experiments import load
from optplay.plots import LineChart
from optplay.tui import app
from optplay.tui.app import Optplay
from optplay.tui.library import Plan, plans

SIZE = (120, 48)
RUNS = 4
CHARTS = ("loss", "accuracy", "weight_norm", "gradient_norm")
POLL_SECONDS = 0.003


@dataclass(frozen=True)
class Frame:
    """One picture of the screen.

    Attributes:
        at: when it was shown.
        cpu: seconds of the interface's thread since the frame before, all that it did.
        drawing: those of them that the charts' pictures took.
        charts: how many of these were made anew.
        complete: how many of them showed all of the runs that are wanted now.
    """

    at: float
    cpu: float
    drawing: float
    charts: int
    complete: int


class Watched(Optplay):
    """The app with a book of its frames."""

    CSS_PATH = Path(app.__file__).with_name("app.tcss")

    def __init__(self, epochs: int, speed: float) -> None:
        preset = load("compare")
        runs = tuple(
            msgspec.structs.replace(run, config=msgspec.structs.replace(run.config, epochs=epochs))
            for run in preset.runs[:RUNS]
        )
        short = msgspec.structs.replace(preset, runs=runs, claims=(), seeds=(0,), charts=CHARTS)
        super().__init__(short, "compare", seconds=epochs / speed)
        self.frames: list[Frame] = []
        self._cpu = self._drawing = 0.0
        self._drawn: list[bool] = []
        self._wanted_for: object = None
        self._wanted: dict[str, Plan] = {}

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if renderable is None or self._batch_count:
            return
        # What a terminal would be sent, which a headless app leaves out.
        if isinstance(renderable, CompositorUpdate):
            renderable.render_segments(self.console)
        now, drawn = thread_time(), self._drawn
        frame = Frame(perf_counter(), now - self._cpu, self._drawing, len(drawn), sum(drawn))
        self.frames.append(frame)
        self._cpu, self._drawing, self._drawn = now, 0.0, []

    def drew(self, seconds: float) -> None:
        """A chart's picture was made in so much time."""
        self._drawing += seconds
        self._drawn.append(self.complete)

    @property
    def wanted(self) -> dict[str, Plan]:
        """What is to be on the screen when all is trained."""
        if self._wanted_for is not self.session.state:
            self._wanted_for = self.session.state
            self._wanted = plans(self.session.preset, self.session.state.seed)
        return self._wanted

    @property
    def complete(self) -> bool:
        """Whether all runs are trained with the knobs as they stand."""
        found = self.stage.histories
        return all(
            label in found and found[label].done and found[label].config == plan.config
            for label, plan in self.wanted.items()
        )

    async def until(self, true: Callable[[], bool], seconds: float = 60) -> None:
        """Waits until something is so."""
        end = perf_counter() + seconds
        while not true():
            assert self.is_running, f"the app has ended: {self.fault}"
            assert perf_counter() < end, "the app did not come to it"
            await asyncio.sleep(POLL_SECONDS)

    async def keep_busy(self) -> None:
        """Trains and plays all the time: the next seed as soon as one is done."""
        while True:
            if not self.computing.training.running:
                self.runs.action_reseed(1)
            if not self.player.playing:
                self.status.action_play()
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def live(
    monkeypatch: pytest.MonkeyPatch, *, epochs: int = 300, speed: float = 100, busy: bool = False
) -> AsyncIterator[Watched]:
    """The app with four charts of four runs, once it has trained them."""
    picture = LineChart.picture
    watched = Watched(epochs, speed)

    def timed(*args: Any, **kwargs: Any) -> Any:
        began = thread_time()
        result = picture(*args, **kwargs)
        watched.drew(thread_time() - began)
        return result

    monkeypatch.setattr(LineChart, "picture", timed)
    async with watched.run_test(size=SIZE):
        await watched.until(lambda: watched.complete and watched.computing.settled)
        task = asyncio.create_task(watched.keep_busy()) if busy else None
        yield watched
        if task:
            task.cancel()
        assert watched.computing.failure is None
        watched.computing.stop()
        watched.workers.cancel_all()
