"""How sharply the loss bends along each run, and what its optimizer can stand."""

from collections.abc import Iterator
from functools import partial
from threading import Event

import numpy as np

from optplay.experiments import Preset
from optplay.experiments.sharpness import Curvature, stream_sharpness
from optplay.instruments.curvature import instrument
from optplay.instruments.curvature.picture import sharpness_picture, stability_picture
from optplay.plots import Panel, Picture, abreast
from optplay.plots.captions import named
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import PictureView, Task

NOTHING_YET = Curvature(np.empty(0, dtype=np.int64), *(np.empty(0) for _ in range(3)))


class CurvatureView(PictureView):
    """The top eigenvalue of the Hessian, and which part of the threshold that is, by epoch."""

    instrument = instrument

    @classmethod
    def refusal(cls, preset: Preset) -> str | None:
        told = "This preset is about a surface, whose curvature is not measured."
        return told if preset.on_surface else None

    def heading(self, stage: Stage) -> str:
        return f"How sharply the loss bends, seed {stage.session.state.seed}"

    def hint(self, stage: Stage) -> str:
        part = stage.session.run.config.rule.stability
        c = part(stage.session.run.config.hyperparameters) if part else None
        rule = stage.session.run.config.rule.title
        if why := stage.session.run.config.rule.no_rates:
            return f"{rule} has no rates to be preconditioned by: {why}"
        return f"{rule} is stable up to {c:g}/lr" if c else f"no threshold is known for {rule}"

    def wanted(self, stage: Stage) -> Task | None:
        histories = [stage.histories.get(label) for label in stage.labels]
        whole = [h for h in histories if h is not None and h.done]
        if stage.outdated or len(whole) < len(histories):
            return None

        def make(stop: Event) -> Iterator[list[Curvature]]:
            found = [NOTHING_YET] * len(whole)
            for place, history in enumerate(whole):
                for so_far in stream_sharpness(history):
                    found[place] = so_far
                    yield [*found]

        return Task(tuple(whole), make)

    def command(self, stage: Stage) -> list[str]:
        return ["curvature", "--plot"]

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        if self.result is None:
            return self.waiting(width, height)
        look, epoch = self.look, float(stage.player.epoch)
        found = [
            NOTHING_YET if label in stage.hidden else one.until(stage.player.horizon)
            for label, one in zip(stage.labels, self.result, strict=False)
        ]
        panels = [
            Panel("Sharpness (log)",
                  partial(sharpness_picture, found, epoch=epoch, **look)),
            Panel("Part of threshold (log)",
                  partial(stability_picture, found, epoch=epoch, **look)),
        ]  # fmt: skip
        draw = partial(abreast, panels, **look)
        return named(draw, stage.labels, range(len(stage.labels)), width, height, **look)


view = CurvatureView
