"""What an optimizer is: update rules, each in a file of its own, and learning-rate schedules."""

from optplay.optim.declaration import Hyperparameter, Optimizer, Schedule
from optplay.registry import Registry

__all__ = ["OPTIMIZERS", "SCHEDULES", "Hyperparameter", "Optimizer", "Schedule"]

# In the order in which they were published.
OPTIMIZERS: Registry[Optimizer] = Registry("optplay.optim.rules", "optimizer")
SCHEDULES: Registry[Schedule] = Registry("optplay.optim.schedules", "schedule", "decay")
