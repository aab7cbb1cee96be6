"""The decision boundary at the playhead."""

from collections.abc import Iterator
from functools import partial
from threading import Event

from textual.binding import Binding

from optplay.arrays import Floats
from optplay.experiments import Preset
from optplay.instruments.boundary import instrument
from optplay.instruments.boundary.picture import boundary_picture
from optplay.plots import Panel, Picture, abreast
from optplay.training import History
from optplay.training.past import Past
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import PictureView, Task

# What took longer than a picture may, by whose it is and the epoch.
Made = dict[tuple[Past, int], Floats]


class Boundary(PictureView):
    """The score of label 1 over the plane, of the selected run or of all beside each other."""

    instrument = instrument

    BINDINGS = [
        Binding("n", "all_runs", "All runs", tooltip="the selected run, or all beside each other")
    ]

    def begin(self) -> None:
        self.all_runs = False

    def action_all_runs(self) -> None:
        self.all_runs = not self.all_runs
        self.changed()

    @classmethod
    def refusal(cls, preset: Preset) -> str | None:
        return "A surface has no decision boundary" if preset.on_surface else None

    def heading(self, stage: Stage) -> str:
        which = "all runs" if self.all_runs else stage.session.run.label
        return f"Where the network answers 1: {which}, seed {stage.session.state.seed}"

    def hint(self, stage: Stage) -> str:
        return "n the selected run" if self.all_runs else "n all runs"

    def command(self, stage: Stage) -> list[str]:
        return ["run", "--plot"]

    def key(self, stage: Stage) -> object:
        return super().key(stage), self.all_runs

    def wanted(self, stage: Stage) -> Task | None:
        asked = [(h, min(stage.player.epoch, h.epochs)) for h in self._histories(stage).values()]
        if all(history.at_hand(epoch) for history, epoch in asked):
            return None

        def make(stop: Event) -> Iterator[Made]:
            made: Made = {}
            for history, epoch in asked:
                for _ in history.past.way_to(epoch):
                    if stop.is_set():
                        return
                made[history.past, epoch] = history.evaluated(epoch)
            yield made

        return Task(tuple(asked), make)

    def _histories(self, stage: Stage) -> dict[str, History]:
        labels = stage.labels if self.all_runs else [stage.session.run.label]
        return {label: found for label in labels if (found := stage.histories.get(label))}

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        panels = [
            Panel(label, partial(self._one, history, stage.player.epoch), stage.labels.index(label))
            for label, history in self._histories(stage).items()
        ]
        if not panels:
            return self.waiting(width, height)
        if not self.all_runs:
            return panels[0].draw(width, height)
        return abreast(panels, width, height, **self.look)

    def _one(self, history: History, epoch: int, width: int, height: int) -> Picture:
        epoch = min(epoch, history.epochs)
        made: Made = self.result or {}
        weights = made.get((history.past, epoch))
        if weights is None and history.at_hand(epoch):
            weights = history.evaluated(epoch)
        if weights is None:
            return self.waiting(width, height)
        return boundary_picture(history.config.network, weights, width, height, **self.look)


view = Boundary
