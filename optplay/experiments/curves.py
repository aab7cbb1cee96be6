"""Curves over the seeds of a run, and how each recorded quantity is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optplay.training import History

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
