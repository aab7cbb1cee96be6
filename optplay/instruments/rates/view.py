"""How far each parameter moves, and at which effective rate (exercise 3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any

from textual.binding import Binding

from optplay.experiments import Preset
from optplay.experiments.steps import Quantiles, last_steps, over_time, overlaid
from optplay.instruments.rates import instrument
from optplay.instruments.rates.picture import moved_picture, over_time_picture, rates_histogram
from optplay.plots import Panel, Picture, abreast, text_picture
from optplay.plots.text import shortened
from optplay.training import History
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import PictureView, Task

# The lesson calls |lr·m̂/(√v̂ + ε)| the effective rate: how far a parameter moves.
COUNTED = {"steps": "Effective rates |Δw|", "rates": "Multipliers"}
SPREAD = {"steps": "|Δw|: median, 10–90 %", "rates": "Multiplier, 10–90 %"}
# The steps that the lesson asks for.
STEPS = (10, 50, 200)
TIMES = 60
PLAYHEAD = None


@dataclass(frozen=True, eq=False)
class Distributions:
    """The distributions at one step and, as far as they are known, the quantiles over time.

    `absent` tells of each run why it had no such step, if it had none.
    """

    epoch: int
    at_step: Mapping[str, dict[str, Any]]
    absent: Mapping[str, str]
    over_time: Mapping[str, Sequence[Quantiles]] = field(default_factory=dict)


class Rates(PictureView):
    """Histograms at a step, all runs over each other, and how their quantiles move over time."""

    instrument = instrument

    BINDINGS = [
        Binding("n", "next_step", "Next step", tooltip="the next of the steps named below"),
        Binding("i", "ask_step", "Type a step", tooltip="shows any step, by its number"),
    ]

    @classmethod
    def opens(cls, preset: Preset) -> bool:
        return bool(preset.at_steps)

    def _step(self, stage: Stage) -> int:
        config = stage.session.run.config
        at_playhead = max(1, stage.player.epoch * config.problem.steps_per_epoch)
        return min(self.step or at_playhead, config.steps)

    def _runs(self, stage: Stage) -> dict[str, Sequence[History]]:
        return {label: found for label in stage.labels if (found := stage.found(label))}

    def begin(self) -> None:
        # What the preset asks about, if it does; the playhead's mostly is at rest.
        steps = self.stage.session.preset.at_steps if self.stage else ()
        self.step: int | None = steps[0] if steps else PLAYHEAD

    def heading(self, stage: Stage) -> str:
        which = "all seeds" if stage.all_seeds else f"seed {stage.session.state.seed}"
        return f"How parameters move at step {self._step(stage):,}, {which}"

    def hint(self, stage: Stage) -> str:
        names = [
            f"[{name}]" if step == self.step else name
            for step in self._choices(stage)
            for name in ["playhead" if step is PLAYHEAD else str(step)]
        ]
        return f"n {' '.join(names)}   i type a step"

    def _choices(self, stage: Stage) -> list[int | None]:
        most = stage.session.run.config.steps
        given = stage.session.preset.at_steps or STEPS
        return [PLAYHEAD, *(step for step in given if step <= most)]

    def wanted(self, stage: Stage) -> Task | None:
        if stage.outdated:
            return None
        runs, step = self._runs(stage), self._step(stage)
        if len(runs) < len(stage.labels):
            return None
        epoch = -(-step // stage.session.run.config.problem.steps_per_epoch)

        def make(stop: Event) -> Iterator[Distributions]:
            at_step = overlaid(runs, step)
            absent = {label: _absent(histories, step) for label, histories in runs.items()}
            yield Distributions(epoch, at_step, absent)
            ways: dict[str, list[Quantiles]] = {label: [] for label in runs}
            for label, histories in runs.items():
                for quantiles in over_time(histories, last_steps(histories[0].config, TIMES)):
                    ways[label].append(quantiles)
                    so_far = {name: tuple(way) for name, way in ways.items()}
                    yield Distributions(epoch, at_step, absent, so_far)

        return Task((tuple(tuple(found) for found in runs.values()), step, epoch), make)

    def command(self, stage: Stage) -> list[str]:
        return ["rates", "--steps", str(self._step(stage)), "--plot"]

    def key(self, stage: Stage) -> object:
        return stage.session.preset.unit, frozenset(stage.hidden), stage.player.horizon

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        found = self.result
        if not isinstance(found, Distributions):
            return self.waiting(width, height)
        look, epoch, unit = self.look, found.epoch, stage.session.preset.unit
        # In the order of the runs; a label may have become another one by now.
        at_step = list(found.at_step.values())
        ways = [
            () if label in stage.hidden else [at for at in way if at.epoch <= stage.player.horizon]
            for label, way in zip(stage.labels, found.over_time.values(), strict=False)
        ]
        kinds = [kind for kind in COUNTED if kind == "steps" or not all(
            run["no_rates"] for run in at_step
        )]  # fmt: skip
        panels = [
            Panel(COUNTED[kind], partial(rates_histogram, at_step, kind, **look)) for kind in kinds
        ]
        over = partial(over_time_picture, ways, epoch=epoch, unit=unit, **look)
        panels += [Panel(SPREAD[kind], partial(over, kind)) for kind in kinds]
        moved = moved_picture(
            at_step, list(found.absent), list(found.absent.values()), width, **look
        )
        below = moved.rows
        if why := stage.session.run.config.rule.no_rates:
            told = f"{stage.session.run.label} has no multipliers: {why}"
            line = ((shortened(told, width), None),)
            below = (*text_picture([line], width, 1).rows, *below)
        return Picture((*abreast(panels, width, height - len(below), **look).rows, *below))

    def action_next_step(self) -> None:
        if self.stage:
            choices = self._choices(self.stage)
            place = choices.index(self.step) if self.step in choices else 0
            self.step = choices[(place + 1) % len(choices)]
            self.changed()

    def action_ask_step(self) -> None:
        stage = self.stage
        if stage is None:
            return

        def take(step: int) -> None:
            self.step = step
            self.changed()

        self.ask_number("Show step", self._step(stage), stage.session.run.config.steps, take)


def _absent(histories: Sequence[History], step: int) -> str:
    forked = histories[0].forked_at or 0
    if step <= forked * histories[0].config.problem.steps_per_epoch:
        return "before its fork"
    return "diverged" if any(h.diverged_at is not None for h in histories) else "not yet"


view = Rates
