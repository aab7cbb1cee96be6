"""Each optimizer at all learning rates, or over two knobs."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import Event

import msgspec
from textual.binding import Binding

from optplay.counting import counted
from optplay.errors import InputError
from optplay.experiments import Preset
from optplay.experiments.keys import key_of
from optplay.experiments.preset import Run
from optplay.instruments.sweep import instrument
from optplay.instruments.sweep.axes import parse_axis
from optplay.instruments.sweep.best import best
from optplay.instruments.sweep.measure import (
    SWEPT,
    Ended,
    Sweep,
    SweepResults,
    cheapest,
    stream_sweep,
)
from optplay.instruments.sweep.picture import with_table
from optplay.instruments.sweep.report import SPOKEN
from optplay.plots import Picture
from optplay.training import RunConfig
from optplay.training.pool import all_but_one
from optplay.tui.desk import Desk
from optplay.tui.screens.prompt import Prompt, refused
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import PictureView, Task

RATES, KNOBS = "rates", "knobs"
KINDS = {RATES: "learning rates", KNOBS: "two knobs"}
AXES = {RATES: "lr=1e-5:1:25", KNOBS: "lr=1e-4:1:13 lambda=1e-4:1:9"}
# Runs whose figures are kept, half a kilobyte each.
MOST_KNOWN = 30_000


class Remembered(dict[RunConfig, Ended]):
    """What runs came to; once there are many, no more are taken in."""

    def __setitem__(self, config: RunConfig, found: Ended) -> None:
        if len(self) < MOST_KNOWN:
            super().__setitem__(config, found)


class SweepView(PictureView):
    """Sweeps the runs as they stand over the preset's seeds, and streams what it comes to."""

    instrument = instrument

    BINDINGS = [
        Binding("n", "next_kind", "Next sweep", tooltip="learning rates, or two knobs"),
        Binding("N", "next_metric", "Next metric", tooltip="loss, accuracy, epochs to 90 %"),
        Binding("E", "equal", "Equal gradients", show=False,
                tooltip="all runs take as many gradients, or have as many epochs"),
        Binding("i", "ask_axes", "Type the axes", tooltip="which knobs, from where to where"),
        Binding(
            "B", "take_best", "Take the best",
            tooltip="turns the knob of the selected run to the best value found"),
    ]  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known = Remembered()

    def begin(self) -> None:
        self.kind = RATES
        self.axes = dict(AXES)
        self.metric = "final_loss"
        self.equal = False

    @property
    def every_seed(self) -> bool:
        return True

    def heading(self, stage: Stage) -> str:
        found, preset = self.result, stage.session.preset
        keys = " and ".join(axis.partition("=")[0] for axis in self.axes[self.kind].split())
        seeds = counted(len(preset.seeds), "seed")
        what = "Final value" if preset.on_surface else SPOKEN[self._metric(preset)]
        title = f"{what} by {keys}, {seeds}" + ", equal gradients" * self.equal
        if isinstance(found, SweepResults) and not found.done:
            title += f" · {100 * found.made / found.sweep.count:.0f} %"
        return title

    def hint(self, stage: Stage) -> str:
        place = (list(KINDS).index(self.kind) + 1) % len(KINDS)
        other = f"n {list(KINDS.values())[place]}"
        metric = "N metric   " if len(_metrics(stage.session.preset)) > 1 else ""
        equal = f"E equal {'epochs' if self.equal else 'gradients'}   " * _costs_differ(stage)
        return f"{other}   {metric}{equal}i axes   B best"

    def wanted(self, stage: Stage) -> Task | None:
        preset = stage.session.preset
        try:
            sweep = _sweep(preset.runs, preset.seeds, self.axes[self.kind], self.equal)
        except InputError as error:
            return Task.told(str(error))
        return Task(sweep, lambda stop: self._swept(sweep, stop))

    def trained(self, stage: Stage) -> Iterable[RunConfig] | None:
        found = self.result
        return found.sweep.ends if isinstance(found, SweepResults) else None

    def _swept(self, sweep: Sweep, stop: Event) -> Iterator[SweepResults]:
        if len(self._known) >= MOST_KNOWN:
            self._known = Remembered()
        return stream_sweep(sweep, width=all_but_one(), cancelled=stop, known=self._known)

    def command(self, stage: Stage) -> list[str]:
        over = [word for axis in self.axes[self.kind].split() for word in ("--over", axis)]
        metric = self._metric(stage.session.preset)
        equal = ["--equal-evaluations"] * self.equal
        return ["sweep", *over, "--metric", metric, *equal, "--plot"]

    def key(self, stage: Stage) -> object:
        return self.kind, self._metric(stage.session.preset), self.equal

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        found = self.result
        if not isinstance(found, SweepResults):
            return self.waiting(width, height)
        metric = self._metric(stage.session.preset)
        return with_table(found, metric, width, height, **self.look)

    def _metric(self, preset: Preset) -> str:
        return self.metric if self.metric in _metrics(preset) else "final_loss"

    def action_next_kind(self) -> None:
        kinds = list(KINDS)
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)]
        self.changed()

    def action_next_metric(self) -> None:
        if self.stage is None:
            return
        preset = self.stage.session.preset
        names = _metrics(preset)
        self.metric = names[(names.index(self._metric(preset)) + 1) % len(names)]
        self.changed()

    def action_equal(self) -> None:
        if self.stage and not (self.equal or _costs_differ(self.stage)):
            self.notify("All runs take one gradient a step as it is")
            return
        self.equal = not self.equal
        self.changed()

    def action_ask_axes(self) -> None:
        stage = self.stage
        if stage is None:
            return
        preset = stage.session.preset

        def check(text: str) -> str | None:
            return refused(lambda: _sweep(preset.runs, preset.seeds, text, self.equal))

        def take(text: str) -> None:
            self.kind = KNOBS if len(text.split()) > 1 else RATES
            self.axes[self.kind] = " ".join(text.split())
            self.changed()

        hint = "one or two of KEY=LOW:HIGH:N, as lr=1e-5:1:25 weight_decay=1e-4:1:9"
        Prompt("Sweep", self.axes[self.kind], check, hint).ask(self.app, take)

    def action_take_best(self) -> None:
        if self.stage is None:
            return
        session = self.stage.session
        values = self._best(session.run.label)
        config = session.run.config
        for key, value in values.items():
            config = key_of(config, key).set(config, value)
        if values:
            self.desk.attempt(lambda: session.reconfigure(lambda old: config, "config"))
        else:
            self.notify("Nothing good is found yet")

    def _best(self, label: str) -> dict[str, float]:
        """By knob, where a run does best so far; empty as long as that is not known."""
        found = self.result
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
    if preset.on_surface:
        return ["final_loss"]
    tested = any(run.config.problem.test_count for run in preset.runs)
    return [name for name in SWEPT if tested or "test" not in name]


@lru_cache(maxsize=8)
def _sweep(runs: tuple[Run, ...], seeds: tuple[int, ...], axes: str, equal: bool) -> Sweep:
    """The sweep over one or two axes; InputError if something is wrong with them.

    With `equal` all runs take as many gradients; else they have their epochs. The knobs that it
    turns stand at their first values, so that it stays the same sweep wherever they are turned to.
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
    return Sweep(tuple(same), seeds, parsed, cheapest(plain) if equal else None)


def _costs_differ(stage: Stage) -> bool:
    """Whether at equal epochs some run takes more gradients than others."""
    return len({run.config.evaluations_per_step for run in stage.session.preset.runs}) > 1


view = SweepView
