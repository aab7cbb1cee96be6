"""How far each parameter moves, and at which effective rate (exercise 3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any

from textual.binding import Binding

from optplay.analysis.steps import Quantiles, last_steps, over_time, overlaid
from optplay.experiments import Preset
from optplay.plots import Panel, Picture, abreast
from optplay.scenes.rates import histogram_scene, over_time_scene
from optplay.training import History
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import Task, View

KINDS = {"rates": "Effective rates", "steps": "|Δw|"}
# The steps that the lesson asks for.
STEPS = (10, 50, 200)
TIMES = 60
PLAYHEAD = None


@dataclass(frozen=True, eq=False)
class Found:
    """The distributions at one step and, as far as they are known, the quantiles over time."""

    at_step: Mapping[str, dict[str, Any]]
    over_time: Mapping[str, Sequence[Quantiles]] = field(default_factory=dict)


class Rates(View):
    """Histograms at a step, all runs over each other, and how their quantiles move over time."""

    name = "rates"
    title = "Rates"
    text = "how far each parameter moves, and at which effective rate"
    order = 30

    BINDINGS = [
        Binding("n", "next_step", "Next step", tooltip="the playhead's step, 10, 50, 200"),
        Binding("i", "ask_step", "Type a step", tooltip="shows any step, by its number"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.step: int | None = PLAYHEAD

    @classmethod
    def opens(cls, preset: Preset) -> bool:
        return bool(preset.at_steps)

    def _step(self, stage: Stage) -> int:
        config = stage.session.run.config
        at_playhead = max(1, stage.player.epoch * config.problem.steps_per_epoch)
        return min(self.step or at_playhead, config.steps)

    def _runs(self, stage: Stage) -> dict[str, Sequence[History]]:
        return {label: found for label in stage.labels if (found := stage.found(label))}

    def heading(self, stage: Stage) -> str:
        at = "at the playhead: step" if self.step is PLAYHEAD else "step"
        which = "all seeds" if stage.all_seeds else f"seed {stage.session.state.seed}"
        return f"How parameters move, {at} {self._step(stage):,}, {which}"

    def hint(self, stage: Stage) -> str:
        return f"n {', '.join(map(str, self._choices(stage)[1:]))}   i type a step"

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

        def make(stop: Event) -> Iterator[Found]:
            at_step = overlaid(runs, step)
            yield Found(at_step)
            ways: dict[str, list[Quantiles]] = {label: [] for label in runs}
            for label, histories in runs.items():
                for quantiles in over_time(histories, last_steps(histories[0].config, TIMES)):
                    ways[label].append(quantiles)
                    yield Found(at_step, {name: tuple(way) for name, way in ways.items()})

        return Task((tuple(tuple(found) for found in runs.values()), step), make)

    def key(self, stage: Stage) -> object:
        return tuple(stage.labels)

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        found = self.result
        if not isinstance(found, Found):
            return self.waiting(width, height)
        look = self.look
        at_step = [found.at_step[label] for label in stage.labels if label in found.at_step]
        ways = [found.over_time.get(label, ()) for label in stage.labels]
        panels = [
            Panel(title, partial(histogram_scene, at_step, kind, **look))
            for kind, title in KINDS.items()
        ]
        panels += [
            Panel(f"{title} over time", partial(over_time_scene, ways, kind, **look))
            for kind, title in KINDS.items()
        ]
        return abreast(panels, width, height, **look)

    def action_next_step(self) -> None:
        """The next of the steps that the preset, or the lesson, asks for."""
        if self.stage:
            choices = self._choices(self.stage)
            place = choices.index(self.step) if self.step in choices else 0
            self.step = choices[(place + 1) % len(choices)]
            self.changed()

    def action_ask_step(self) -> None:
        """Asks for the number of a step."""
        stage = self.stage
        if stage is None:
            return

        def take(step: int) -> None:
            self.step = step
            self.changed()

        self.ask_number("Show step", self._step(stage), stage.session.run.config.steps, take)


view = Rates
