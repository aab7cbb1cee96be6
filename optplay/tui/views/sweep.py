"""Each optimizer at all learning rates, over two knobs, or at a rate that rises within one run."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from threading import Event

import msgspec
from textual.binding import Binding

from optplay.errors import InputError
from optplay.experiments.axes import parse_axis
from optplay.experiments.best import best
from optplay.experiments.preset import Run
from optplay.experiments.range_test import RangeTest, ramped, range_test
from optplay.experiments.sweep import SWEPT, Sweep, SweepResults, stream_sweep
from optplay.plots import Picture, notice
from optplay.scenes.sweep import TITLES, range_scene, with_table
from optplay.training import stream
from optplay.tui.screens.prompt import Prompt
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import Task, View

RATES, KNOBS, RANGE = "rates", "knobs", "range"
KINDS = {RATES: "learning rates", KNOBS: "two knobs", RANGE: "range test"}
AXES = {RATES: "lr=1e-5:1:25", KNOBS: "lr=1e-4:1:13 lambda=1e-4:1:9"}
HIGHEST_RATE = 10.0


@dataclass(frozen=True)
class Ranges:
    """The range tests made so far, by label."""

    tests: dict[str, list[RangeTest]]


class SweepView(View):
    """Sweeps the runs as they stand over the preset's seeds, and streams what it comes to."""

    name = "sweep"
    title = "Sweep"
    text = "every run at all learning rates, over two knobs, or in a range test"
    order = 50

    BINDINGS = [
        Binding("n", "next_kind", "Next sweep", tooltip="learning rates, two knobs, range test"),
        Binding("N", "next_metric", "Next metric", tooltip="loss, accuracy, epochs to 90 %"),
        Binding("i", "ask_axes", "Type the axes", tooltip="which knobs, from where to where"),
        Binding(
            "B", "take_best", "Take the best",
            tooltip="turns the knob of the selected run to the best value found",
        ),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.kind = RATES
        self.axes = dict(AXES)
        self.metric = "final_loss"

    def heading(self, stage: Stage) -> str:
        found = self.result
        if self.kind == RANGE:
            return f"Range test: the rate rises to {HIGHEST_RATE:g} within one run, loss (log)"
        title = f"{TITLES[self.metric]} by {self.axes[self.kind].replace(' ', ' and ')}"
        if isinstance(found, SweepResults) and not found.done:
            title += f" · {100 * found.made / found.sweep.count:.0f} %"
        return title

    def hint(self, stage: Stage) -> str:
        place = (list(KINDS).index(self.kind) + 1) % len(KINDS)
        other = list(KINDS.values())[place]
        return f"n {other}   N metric   i axes   B take the best"

    def wanted(self, stage: Stage) -> Task | None:
        preset, kind, axes = stage.session.preset, self.kind, self.axes.get(self.kind, "")
        # A fork has a past of its own, which no other rate would have had.
        runs = tuple(msgspec.structs.replace(run, fork=None) for run in preset.runs)
        seed = stage.session.state.seed
        if kind == RANGE:
            return Task((kind, runs, seed), lambda stop: _ranges(runs, seed, stop))
        return Task((kind, axes, runs, preset.seeds),
                    lambda stop: _swept(runs, preset.seeds, axes, stop))  # fmt: skip

    def key(self, stage: Stage) -> object:
        return self.kind, self.metric, stage.session.state.selected

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        found = self.result
        if isinstance(found, str):
            return notice(found, width, height)
        if isinstance(found, SweepResults):
            metric = self._metric(found)
            return with_table(found, metric, width, height, **self.look)
        if isinstance(found, Ranges) and found.tests:
            return range_scene(found.tests, width, height, **self.look)
        return self.waiting(width, height)

    def _metric(self, found: SweepResults) -> str:
        """The metric chosen, where it makes sense."""
        on_surface = found.sweep.runs[0].config.on_surface
        return "final_loss" if on_surface else self.metric

    def action_next_kind(self) -> None:
        """Learning rates, two knobs, range test."""
        kinds = list(KINDS)
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)]
        self.changed()

    def action_next_metric(self) -> None:
        """The next metric of what is swept."""
        preset = self.stage.session.preset if self.stage else None
        tested = preset and any(run.config.problem.test_count for run in preset.runs)
        names = [name for name in SWEPT if tested or "test" not in name]
        place = names.index(self.metric) if self.metric in names else -1
        self.metric = names[(place + 1) % len(names)]
        self.changed()

    def action_ask_axes(self) -> None:
        """Asks which knobs are swept, and from where to where."""
        stage, kind = self.stage, self.kind if self.kind != RANGE else RATES
        if stage is None:
            return
        preset = stage.session.preset

        def check(text: str) -> str | None:
            try:
                _sweep(preset.runs, preset.seeds, text)
            except InputError as error:
                return str(error)
            return None

        def take(text: str | None) -> None:
            if text is not None:
                self.kind = KNOBS if len(text.split()) > 1 else RATES
                self.axes[self.kind] = " ".join(text.split())
                self.changed()

        hint = "one or two of KEY=LOW:HIGH:N, as lr=1e-5:1:25 weight_decay=1e-4:1:9"
        self.app.push_screen(Prompt("Sweep", self.axes[kind], check, hint), take)

    def action_take_best(self) -> None:
        """Turns the selected run to the best values found."""
        found, stage = self.result, self.stage
        if stage is None or not isinstance(found, SweepResults):
            return
        place = stage.session.state.selected
        if place < len(found.sweep.runs) and (top := best(found, place, self._metric(found))):
            values = zip(found.sweep.axes, top.values, strict=True)
            config = stage.session.run.config
            for axis, value in values:
                config = axis.set(config, value)
            self.post_message(self.Edited(config))


@cache
def _sweep(runs: tuple[Run, ...], seeds: tuple[int, ...], axes: str) -> Sweep:
    """The sweep over one or two axes; InputError if something is wrong with them."""
    if not 1 <= len(axes.split()) <= 2:
        raise InputError(f"found {len(axes.split())} axes, allowed: one or two")
    parsed = tuple(parse_axis(text, runs[0].config) for text in axes.split())
    plain = tuple(msgspec.structs.replace(run, fork=None) for run in runs)
    return Sweep(plain, seeds, parsed)


def _swept(
    runs: tuple[Run, ...], seeds: tuple[int, ...], axes: str, stop: Event
) -> Iterator[SweepResults | str]:
    # One core is the screen's.
    workers = max(1, (os.cpu_count() or 1) - 1)
    try:
        yield from stream_sweep(_sweep(runs, seeds, axes), workers=workers, cancelled=stop)
    except InputError as error:
        yield str(error)


def _ranges(runs: tuple[Run, ...], seed: int, stop: Event) -> Iterator[Ranges | str]:
    tests: dict[str, list[RangeTest]] = {}
    for run in runs:
        try:
            config = ramped(msgspec.structs.replace(run.config, seed=seed), HIGHEST_RATE)
        except InputError as error:
            yield str(error)
            return
        last = None
        for history in stream(config):
            if stop.is_set():
                return
            last = history
        if last is not None:
            tests[run.label] = [range_test(last)]
        yield Ranges(dict(tests))


view = SweepView
