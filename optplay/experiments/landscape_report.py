"""Slices of the loss for the runs of a preset, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from optplay.analysis.landscape import Landscape, landscape
from optplay.errors import InputError
from optplay.experiments.experiment import Results
from optplay.training import History


@dataclass(frozen=True, eq=False)
class Slice:
    """A slice of the loss and whose ways are on it.

    Attributes:
        labels, histories: the runs; the plane goes through the first one's weights after `epoch`.
        landscape: the plane and the ways on it.
    """

    labels: Sequence[str]
    histories: Sequence[History]
    epoch: int
    landscape: Landscape

    @property
    def loss(self) -> float:
        """The mean loss at the weights that the plane goes through."""
        here = np.zeros(1)
        return float(self.landscape.plane.losses(self.histories[0], here, here)[0, 0])


def slices(results: Results, epoch: int | None = None, *, shared: bool = False) -> list[Slice]:
    """A slice per run, each through its own weights, or one for all; of the first seed.

    Args:
        epoch: which weights; the last of each run if left out, or if it ended before.
        shared: whether one plane has the ways of all runs; it goes through the first one's weights.

    Raises:
        InputError: no run has such an epoch, or runs that can't share a plane.
    """
    first = {label: histories[0] for label, histories in results.runs.items()}
    most = max(h.config.epochs for h in first.values())
    if epoch is not None and not 0 <= epoch <= most:
        raise InputError(f"epoch: found {epoch}, allowed: 0 to {most}")
    groups = [list(first)] if shared else [[label] for label in first]
    found = []
    for labels in groups:
        histories = [first[label] for label in labels]
        last = histories[0].epochs
        at = last if epoch is None else min(epoch, last)
        found.append(Slice(labels, histories, at, landscape(histories, at)))
    return found


def landscape_document(results: Results, found: Sequence[Slice]) -> dict[str, Any]:
    """Slices as `optplay landscape --json` gives them; see the README."""
    return {
        "preset": results.preset.name,
        "title": results.preset.title,
        "seed": results.preset.seeds[0],
        "slices": [_slice(one) for one in found],
    }


def _slice(one: Slice) -> dict[str, Any]:
    plane = one.landscape.plane
    x, y = one.landscape.grid()
    return {
        "through": {"run": one.labels[0], "epoch": one.epoch, "loss": one.loss},
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


def landscape_json(results: Results, found: Sequence[Slice]) -> str:
    """The document as strict JSON in one line; numbers that are not finite are null."""
    return msgspec.json.encode(landscape_document(results, found)).decode()
