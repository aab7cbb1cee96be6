"""Each optimizer at all learning rates, over two knobs, or at a rate that rises within one run."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Event

import msgspec
from textual.binding import Binding

from optplay.errors import InputError
from optplay.experiments import Preset
from optplay.experiments.axes import parse_axis, turned
from optplay.experiments.best import best
from optplay.experiments.preset import Run
from optplay.experiments.range_test import RangeTest, ramped, range_test
from optplay.experiments.sweep import SWEPT, Found, Sweep, SweepResults, stream_sweep
from optplay.plots import Picture, notice
from optplay.scenes.sweep import TITLES, range_with_table, with_table
from optplay.training import RunConfig, stream
from optplay.tui.screens.prompt import Prompt
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import Task, View

RATES, KNOBS, RANGE = "rates", "knobs", "range"
KINDS = {RATES: "learning rates", KNOBS: "two knobs", RANGE: "range test"}
AXES = {RATES: "lr=1e-5:1:25", KNOBS: "lr=1e-4:1:13 lambda=1e-4:1:9"}
HIGHEST_RATE = 10.0
# Of a rate that is suggested.
DIGITS = 3
# Runs whose figures are kept, less than a kilobyte each.
MOST_KNOWN = 100_000


class Remembered(dict[RunConfig, Found]):
    """What runs came to; once there are many, no more are taken in."""

    def __setitem__(self, config: RunConfig, found: Found) -> None:
        if len(self) < MOST_KNOWN:
            super().__setitem__(config, found)


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
            tooltip="turns the knob of the selected run to the best value found, or suggested",
        ),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._known = Remembered()
        self.begin()

    def begin(self) -> None:
        self.kind = RATES
        self.axes = dict(AXES)
        self.metric = "final_loss"

    @property
    def every_seed(self) -> bool:
        """A range test is of the seed shown."""
        return self.kind != RANGE

    def heading(self, stage: Stage) -> str:
        found, preset = self.result, stage.session.preset
        if self.kind == RANGE:
            return f"Range test: loss (log), lr rises to {HIGHEST_RATE:g}"
        keys = " and ".join(axis.partition("=")[0] for axis in self.axes[self.kind].split())
        seeds = f"{len(preset.seeds)} seeds" if len(preset.seeds) > 1 else "1 seed"
        what = "Final value" if preset.on_surface else TITLES[self._metric(preset)]
        title = f"{what} by {keys}, {seeds}"
        if isinstance(found, SweepResults) and not found.done:
            title += f" · {100 * found.made / found.sweep.count:.0f} %"
        return title

    def hint(self, stage: Stage) -> str:
        place = (list(KINDS).index(self.kind) + 1) % len(KINDS)
        other = f"n {list(KINDS.values())[place]}"
        if self.kind == RANGE:
            return f"{other}   B suggested rate"
        metric = "N metric   " if len(_metrics(stage.session.preset)) > 1 else ""
        return f"{other}   {metric}i axes   B best"

    def wanted(self, stage: Stage) -> Task | None:
        preset, seed = stage.session.preset, stage.session.state.seed
        try:
            if self.kind == RANGE:
                ramps = _ramps(preset.runs, seed)
                return Task(ramps, lambda stop: _ranges(ramps, stop))
            sweep = _sweep(preset.runs, preset.seeds, self.axes[self.kind])
        except InputError as error:
            told = str(error)
            return Task(told, lambda stop: iter([told]))
        return Task(sweep, lambda stop: self._swept(sweep, stop))

    def _swept(self, sweep: Sweep, stop: Event) -> Iterator[SweepResults]:
        """Makes what no sweep before has made."""
        if len(self._known) >= MOST_KNOWN:
            self._known = Remembered()
        # One core is the screen's.
        workers = max(1, (os.cpu_count() or 1) - 1)
        return stream_sweep(sweep, workers=workers, cancelled=stop, known=self._known)

    def command(self, stage: Stage) -> list[str]:
        if self.kind == RANGE:
            return ["range-test", "--to", f"{HIGHEST_RATE:g}", "--plot"]
        over = [word for axis in self.axes[self.kind].split() for word in ("--over", axis)]
        metric = self._metric(stage.session.preset)
        return ["sweep", *over, "--metric", metric, "--plot"]

    def key(self, stage: Stage) -> object:
        return self.kind, self._metric(stage.session.preset)

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        found = self.result
        if isinstance(found, str):
            return notice(found, width, height)
        if isinstance(found, SweepResults):
            metric = self._metric(stage.session.preset)
            return with_table(found, metric, width, height, **self.look)
        if isinstance(found, Ranges) and found.tests:
            return range_with_table(found.tests, width, height, **self.look)
        return self.waiting(width, height)

    def _metric(self, preset: Preset) -> str:
        """The metric chosen, where it makes sense."""
        return self.metric if self.metric in _metrics(preset) else "final_loss"

    def action_next_kind(self) -> None:
        """Learning rates, two knobs, range test."""
        kinds = list(KINDS)
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)]
        self.changed()

    def action_next_metric(self) -> None:
        """The next metric of what is swept."""
        if self.stage is None:
            return
        preset = self.stage.session.preset
        names = _metrics(preset)
        self.metric = names[(names.index(self._metric(preset)) + 1) % len(names)]
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
        """Turns the selected run to the best values found, or to the rate suggested."""
        if self.stage is None:
            return
        session = self.stage.session
        values = self._best(session.run.label)
        config = session.run.config
        for key, value in values.items():
            config = turned(config, key, value)
        if values:
            self.post_message(self.Edited(config))
        else:
            self.notify("Nothing good is found yet")

    def _best(self, label: str) -> dict[str, float]:
        """By knob, where a run does best so far; empty as long as that is not known."""
        found = self.result
        if isinstance(found, Ranges):
            tests = found.tests.get(label)
            rate = tests[0].suggestion if tests else None
            return {"lr": float(f"{rate:.{DIGITS}g}")} if rate else {}
        if self.stage is None or not isinstance(found, SweepResults):
            return {}
        # What is still shown of before an edit is of other runs.
        if found.sweep != self.task_key or label not in found.sweep.labels:
            return {}
        place = found.sweep.labels.index(label)
        top = best(found, place, self._metric(self.stage.session.preset))
        keys = [axis.key for axis in found.sweep.axes]
        return dict(zip(keys, top.values, strict=True)) if top else {}


def _metrics(preset: Preset) -> list[str]:
    """What a sweep of a preset can be judged by."""
    if preset.on_surface:
        return ["final_loss"]
    tested = any(run.config.problem.test_count for run in preset.runs)
    return [name for name in SWEPT if tested or "test" not in name]


@lru_cache(maxsize=8)
def _sweep(runs: tuple[Run, ...], seeds: tuple[int, ...], axes: str) -> Sweep:
    """The sweep over one or two axes; InputError if something is wrong with them.

    The knobs that it turns stand at their first values, so that it stays the same sweep wherever
    they are turned to.
    """
    if not 1 <= len(axes.split()) <= 2:
        raise InputError(f"found {len(axes.split())} axes, allowed: one or two")
    parsed = tuple(parse_axis(text, runs[0].config) for text in axes.split())
    # A fork has a past of its own, which no other rate would have had.
    plain = tuple(msgspec.structs.replace(run, fork=None) for run in runs)
    sweep = Sweep(plain, seeds, parsed)
    first = [0] * len(parsed)
    same = [
        msgspec.structs.replace(run, config=sweep.config((place, *first, 0)))
        for place, run in enumerate(plain)
    ]
    return Sweep(tuple(same), seeds, parsed)


def _ramps(runs: tuple[Run, ...], seed: int) -> tuple[tuple[str, RunConfig], ...]:
    """By label, each run with a rate that rises; InputError if one can't."""
    return tuple(
        (run.label, ramped(msgspec.structs.replace(run.config, seed=seed), HIGHEST_RATE))
        for run in runs
    )


def _ranges(ramps: tuple[tuple[str, RunConfig], ...], stop: Event) -> Iterator[Ranges]:
    tests: dict[str, list[RangeTest]] = {}
    for label, config in ramps:
        for history in stream(config):
            if stop.is_set():
                return
            tests[label] = [range_test(history)]
        yield Ranges(dict(tests))


view = SweepView
