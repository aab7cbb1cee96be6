"""A slice of the loss around the weights, with the runs' ways on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from threading import Event

import numpy as np
from textual.binding import Binding

from optplay.arrays import Floats
from optplay.experiments import Preset
from optplay.instruments.landscape import instrument
from optplay.instruments.landscape.measure import Landscape, landscape
from optplay.instruments.landscape.picture import START, landscape_picture
from optplay.plots import Picture
from optplay.plots.captions import named
from optplay.plots.remembered import Field, remembered
from optplay.training import History
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import PictureView, Task

# Samples × parameters: above it a pixel takes more than some microseconds.
QUICK = 20_000
GRID = 100, 50


@dataclass(frozen=True, eq=False)
class Shown:
    """A plane, the run whose loss it shows, and that loss."""

    landscape: Landscape
    history: History
    places: tuple[int, ...]
    losses: Field | Floats


class LandscapeView(PictureView):
    """The loss over the plane that shows most of the way of the selected run, or of all."""

    instrument = instrument

    BINDINGS = [
        Binding("n", "all_runs", "All runs", tooltip="the path of the selected run, or of all"),
        Binding("i", "here", "Slice here", tooltip="slices through the weights at the playhead"),
    ]

    def begin(self) -> None:
        self.all_runs = False
        self.epoch: int | None = None

    @classmethod
    def refusal(cls, preset: Preset) -> str | None:
        told = "This preset is about a surface, which is its own landscape."
        return told if preset.on_surface else None

    def heading(self, stage: Stage) -> str:
        found, label = self.result, stage.session.run.label
        which = "all" if self.all_runs else "its"
        if not isinstance(found, Shown):
            return f"Loss around the weights of {label}"
        first, second = (f"{100 * part:.0f} %" for part in found.landscape.plane.explained)
        early = self.epoch is not None and self.epoch < found.history.epochs
        at = f"epoch {self.epoch}" if early else "the end"
        return f"Loss around {label} at {at}; {first} + {second} of {which} movement"

    def hint(self, stage: Stage) -> str:
        other = "one run" if self.all_runs else "all runs"
        here = "slice at the end" if self._back(stage) else "slice here"
        return f"n {other}   i {here}   {START} start"

    def wanted(self, stage: Stage) -> Task | None:
        if stage.outdated or stage.session.preset.on_surface:
            return None
        selected = stage.session.run.label
        labels = [selected]
        if self.all_runs:
            labels += [label for label in stage.labels if label != selected]
        runs = [history for label in labels if (history := stage.histories.get(label))]
        if len(runs) < len(labels) or not all(history.done for history in runs):
            return None
        places, epoch = tuple(stage.labels.index(label) for label in labels), self.epoch

        def make(stop: Event) -> Iterator[Shown]:
            found = landscape(runs, epoch)
            yield Shown(found, runs[0], places, _losses(found, runs[0]))

        return Task((tuple(runs), epoch), make)

    def command(self, stage: Stage) -> list[str]:
        epoch = [] if self.epoch is None else ["--epoch", str(self.epoch)]
        return ["landscape", *epoch, *(["--shared"] if self.all_runs else []), "--plot"]

    def key(self, stage: Stage) -> object:
        return stage.player.epoch, stage.player.horizon

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        found = self.result
        if not isinstance(found, Shown):
            return self.waiting(width, height)
        draw = partial(
            landscape_picture, found.landscape, found.losses, epoch=stage.player.epoch,
            until=stage.player.horizon, colors=found.places, **self.look,
        )  # fmt: skip
        labels = [stage.labels[place] for place in found.places]
        return named(draw, labels, found.places, width, height, **self.look)

    def action_all_runs(self) -> None:
        self.all_runs = not self.all_runs
        self.changed()

    def action_here(self) -> None:
        if self.stage:
            self.epoch = None if self._back(self.stage) else self.stage.player.epoch
            self.changed()

    def _back(self, stage: Stage) -> bool:
        """Whether the slice goes back to the end, as it is at the playhead, or that is there."""
        return stage.player.epoch in (self.epoch, stage.player.epochs)


def _losses(found: Landscape, history: History) -> Field | Floats:
    """The loss over the plane, for every pixel where that is quick; else on a coarser grid, here.

    What takes long must not be left to the picture, which is made in the interface's thread.
    """
    problem = history.config.problem
    if problem.train_count * problem.parameter_count <= QUICK:
        return remembered(partial(found.plane.losses, history))
    middles = (
        low + (np.arange(cells) + 0.5) * (high - low) / cells
        for (low, high), cells in zip((found.x_limits, found.y_limits), GRID, strict=True)
    )
    return found.plane.losses(history, *middles)


view = LandscapeView
