"""What an optimizer is: update rules, each in a file of its own, and learning-rate schedules."""

from optplay.optim.declaration import Hyperparameter, Optimizer, Schedule
from optplay.registry import declarations, find

__all__ = [
    "Hyperparameter",
    "Optimizer",
    "Schedule",
    "find_optimizer",
    "find_schedule",
    "optimizers",
    "schedules",
]


def optimizers() -> dict[str, Optimizer]:
    """Every optimizer by name, in the order in which they were published."""
    return declarations("optplay.optim.rules", "optimizer")


def schedules() -> dict[str, Schedule]:
    """Every decay of the learning rate by name."""
    return declarations("optplay.optim.decays", "schedule")


def find_optimizer(name: object) -> Optimizer:
    """The optimizer called `name`; InputError if there is none."""
    found: Optimizer = find("optplay.optim.rules", "optimizer", name)
    return found


def find_schedule(name: object) -> Schedule:
    """The decay called `name`; InputError if there is none."""
    found: Schedule = find("optplay.optim.decays", "schedule", name, "decay")
    return found
