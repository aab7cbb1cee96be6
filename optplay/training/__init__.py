"""Training: what decides a run, the compiled loop, and what a run leaves."""

from optplay.training.compilation import on_compile
from optplay.training.config import Clip, RunConfig, refuse_too_large
from optplay.training.history import History
from optplay.training.kernel import QUANTITIES
from optplay.training.replay import Update, after_step, one_update
from optplay.training.stepper import Stepper, optimizer
from optplay.training.trainer import stream, train, train_many

__all__ = [
    "QUANTITIES",
    "Clip",
    "History",
    "RunConfig",
    "Stepper",
    "Update",
    "after_step",
    "on_compile",
    "one_update",
    "optimizer",
    "refuse_too_large",
    "stream",
    "train",
    "train_many",
]
