"""Curves over the seeds of a run, and how each recorded quantity is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optplay.arrays import Floats
from optplay.experiments.preset import Preset
from optplay.experiments.quantiles import QUARTILES, quantiles
from optplay.problems import SurfaceProblem
from optplay.training import History, RunConfig


@dataclass(frozen=True)
class Quantity:
    """How a quantity is drawn."""

    title: str
    log: bool = False
    percent: bool = False


QUANTITIES = {
    "loss": Quantity("Loss", log=True),
    "accuracy": Quantity("Accuracy", percent=True),
    "test_loss": Quantity("Test loss", log=True),
    "test_accuracy": Quantity("Test accuracy", percent=True),
    "weight_norm": Quantity("Weight norm"),
    "gradient_norm": Quantity("Gradient norm", log=True),
    "learning_rate": Quantity("Learning rate"),
    "clipped": Quantity("Clipped steps", percent=True),
    "update_ratio": Quantity("Update ratio ‖Δw‖/‖w‖", log=True),
}


# Where a logarithmic axis ends: a run on a surface may come down to 1e-300, and all that matters
# would be flat in its chart.
LEAST_DRAWN = 1e-24


def on_log_axis(preset: Preset, quantity: str) -> bool:
    """Whether a quantity is drawn on a logarithmic axis, unless somebody asks for the other one."""
    below = quantity == "loss" and any(lies_below_zero(run.config) for run in preset.runs)
    return QUANTITIES[quantity].log and not below


def lies_below_zero(config: RunConfig) -> bool:
    """Whether the loss of a run may be less than nothing, as the height of some surfaces."""
    problem = config.problem
    if not isinstance(problem, SurfaceProblem):
        return False
    return any(problem.value(np.array(point)) < 0 for point in problem.declared.minima)


@dataclass(frozen=True, eq=False)
class Curve:
    """A quantity's values, one per epoch; over several seeds the median, and the quartiles."""

    values: Floats
    low: Floats | None = None
    high: Floats | None = None


def band(histories: Sequence[History], quantity: str) -> Curve:
    """The median, and the lower and the upper quartile, over the seeds per epoch.

    They are NaN where half or more of the seeds have no value, as where those have diverged.
    """
    if len(histories) == 1:
        return Curve(histories[0][quantity])
    rows = np.full((max(h.epochs for h in histories), len(histories)), np.nan)
    for column, history in enumerate(histories):
        rows[: history.epochs, column] = history[quantity]
    rows[~np.isfinite(rows)] = np.nan
    low, median, high = quantiles(rows, QUARTILES)
    few = 2 * np.isfinite(rows).sum(axis=1) <= len(histories)
    for values in (low, median, high):
        values[few] = np.nan
    return Curve(median, low, high)
