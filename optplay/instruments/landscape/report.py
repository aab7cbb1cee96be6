"""Slices of the loss for the runs of a preset, as data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from optplay.experiments import Preset, number
from optplay.experiments.report import weights_told
from optplay.experiments.tables import Choice, Line, Part, Report, Table, heading, noted
from optplay.instruments.landscape.measure import Slice

HEADINGS = ("Through", ">Epoch", ">Loss there", ">First\ndirection", ">Second", ">Both")


@dataclass(frozen=True)
class LandscapeReport(Report):
    """Slices of a preset's runs with its first seed; see docs/json.md for the document."""

    preset: Preset
    slices: Sequence[Slice]

    def document(self) -> dict[str, Any]:
        seed = self.preset.seeds[0]
        slices = [_slice(one) for one in self.slices]
        return heading(self.preset) | {"seed": seed, "slices": slices}

    def parts(self) -> Iterable[Part]:
        yield Line(self.preset.title, "bold")
        yield Line(
            "Slices of the loss, and how much of the path's variance lies in their directions"
        )
        rows = []
        for one in self.slices:
            first, second = one.landscape.plane.explained.tolist()
            parts = [number(part, percent=True) for part in (first, second, first + second)]
            rows.append([one.labels[0], str(one.epoch), number(one.loss), *parts])
        note = noted(f"seed {self.preset.seeds[0]}", self.preset)
        yield Choice([Table(HEADINGS, rows, note)])


def _slice(one: Slice) -> dict[str, Any]:
    plane = one.landscape.plane
    x, y = one.landscape.grid()
    return {
        "through": {"run": one.labels[0], "epoch": one.epoch, "loss": one.loss},
        "weights": weights_told(one.histories[0].config),
        "origin": plane.origin.tolist(),
        "directions": plane.directions.tolist(),
        "explained": plane.explained.tolist(),
        "x": x.tolist(),
        "y": y.tolist(),
        "loss": plane.losses(one.histories[0], x, y).tolist(),
        "paths": [
            {"run": label, "points": path.tolist()}
            for label, path in zip(one.labels, one.landscape.paths, strict=True)
        ],
    }
