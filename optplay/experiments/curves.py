"""Curves over the seeds of a run, and how each recorded quantity is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optplay.experiments.preset import Preset
from optplay.problems import SurfaceProblem
from optplay.training import History, RunConfig

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """How a quantity is drawn."""

    title: str
    log: bool = False
    percent: bool = False


LOOKS = {
    "loss": Look("Loss", log=True),
    "accuracy": Look("Accuracy", percent=True),
    "test_loss": Look("Test loss", log=True),
    "test_accuracy": Look("Test accuracy", percent=True),
    "weight_norm": Look("Weight norm"),
    "gradient_norm": Look("Gradient norm", log=True),
    "learning_rate": Look("Learning rate"),
    "clipped": Look("Clipped steps", percent=True),
    "update_ratio": Look("Update ratio ‖Δw‖/‖w‖", log=True),
}


# A run on a surface may come down to 1e-300, and all that matters would be flat in its chart.
LOWEST_DRAWN = 1e-24


def drawn(values: Floats, quantity: str) -> Floats:
    """The values as far as a chart shows them: on a logarithmic axis it ends at 1e-24."""
    tiny = (values > 0) & (values < LOWEST_DRAWN)
    return np.where(tiny, np.nan, values) if LOOKS[quantity].log else values


def on_log_axis(preset: Preset, quantity: str) -> bool:
    """Whether a quantity is drawn on a logarithmic axis, unless somebody asks for the other one."""
    below = quantity == "loss" and any(lies_below_zero(run.config) for run in preset.runs)
    return LOOKS[quantity].log and not below


def lies_below_zero(config: RunConfig) -> bool:
    """Whether the loss of a run may be less than nothing, as the height of some surfaces."""
    problem = config.problem
    if not isinstance(problem, SurfaceProblem):
        return False
    return any(problem.value(np.array(point)) < 0 for point in problem.declared.minima)


def band(histories: Sequence[History], quantity: str) -> tuple[Floats, Floats, Floats]:
    """The median, and the lower and the upper quartile, over the seeds per epoch.

    They are NaN where half or more of the seeds have no value, as where those have diverged. Each
    quartile is a value that occurred.
    """
    epochs = max(h.epochs for h in histories)
    rows = np.full((len(histories), epochs), np.nan)
    for row, history in zip(rows, histories, strict=True):
        row[: history.epochs] = history[quantity]
    rows[~np.isfinite(rows)] = np.nan
    rows.sort(axis=0)
    # Sorting puts NaN last. np.nanquantile gives the same, but takes a loop over the epochs.
    count = np.isfinite(rows).sum(axis=0)

    def quantile(rank: NDArray[np.float64]) -> Floats:
        found = rows[np.maximum(np.ceil(rank).astype(int) - 1, 0), np.arange(epochs)]
        return np.where(2 * count > len(histories), found, np.nan)

    median = (quantile(count / 2) + quantile((count + 1) / 2)) / 2
    return median, quantile(count / 4), quantile(count * 3 / 4)


def median_curve(histories: Sequence[History], quantity: str) -> Floats:
    """The median over the seeds per epoch, up to where half of them have diverged."""
    return band(histories, quantity)[0]
