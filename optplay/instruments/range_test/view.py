"""Each run of the preset at a rate that rises within it."""

from collections.abc import Iterator
from threading import Event

import msgspec
from textual.binding import Binding

from optplay.errors import InputError
from optplay.experiments.preset import Run
from optplay.instruments.range_test import instrument
from optplay.instruments.range_test.measure import HIGHEST, RangeTest, ramped, range_test
from optplay.instruments.range_test.picture import with_table
from optplay.plots import Picture
from optplay.training import RunConfig, stream
from optplay.training.pool import Priority, Streams, all_but_one
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import PictureView, Task

# Of a rate that is suggested.
DIGITS = 3
# The tests made so far, by label.
Tests = dict[str, list[RangeTest]]


class RangeTestView(PictureView):
    """Ramps the rate of each run as it stands, with the seed shown."""

    instrument = instrument

    BINDINGS = [
        Binding(
            "B", "take_best", "Take the suggestion",
            tooltip="turns the learning rate of the selected run to what is suggested")
    ]  # fmt: skip

    def heading(self, stage: Stage) -> str:
        return f"Range test: loss (log), lr rises to {HIGHEST:g}"

    def hint(self, stage: Stage) -> str:
        return "B suggested rate"

    def wanted(self, stage: Stage) -> Task | None:
        preset, seed = stage.session.preset, stage.session.state.seed
        try:
            ramps = _ramps(preset.runs, seed)
        except InputError as error:
            return Task.told(str(error))
        return Task(ramps, lambda stop: _tests(ramps, stop))

    def command(self, stage: Stage) -> list[str]:
        return ["range-test", "--to", f"{HIGHEST:g}", "--plot"]

    def key(self, stage: Stage) -> object:
        return None

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        if self.result is None:
            return self.waiting(width, height)
        return with_table(self.result, width, height, **self.look)

    def action_take_best(self) -> None:
        if self.stage is None:
            return
        tests = isinstance(self.result, dict) and self.result.get(self.stage.session.run.label)
        rate = tests[0].suggestion if tests else None
        if rate:
            suggested = float(f"{rate:.{DIGITS}g}")
            self.desk.attempt(lambda: self.desk.session.turn("lr", suggested))
        else:
            self.notify("Nothing good is found yet")


def _ramps(runs: tuple[Run, ...], seed: int) -> tuple[tuple[str, RunConfig], ...]:
    return tuple(
        (run.label, ramped(msgspec.structs.replace(run.config, seed=seed), HIGHEST)) for run in runs
    )


def _tests(ramps: tuple[tuple[str, RunConfig], ...], stop: Event) -> Iterator[Tests]:
    tests: Tests = {}
    with Streams(
        ((label, stream(config, most=0)) for label, config in ramps),
        priority=Priority.SWEEP, width=all_but_one(), cancelled=stop,
    ) as streams:  # fmt: skip
        for label, history, last in streams:
            if last:
                tests[label] = [range_test(history)]
                yield {label: tests[label] for label, _ in ramps if label in tests}


view = RangeTestView
