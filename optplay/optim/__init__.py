"""What an optimizer is: update rules, wrappers and learning-rate schedules, each in a file."""

from optplay.optim.declaration import Hyperparameter, Optimizer, Schedule
from optplay.optim.wrapping import Wrapper
from optplay.registry import Registry

__all__ = [
    "OPTIMIZERS", "SCHEDULES", "WRAPPERS", "Hyperparameter", "Optimizer", "Schedule", "Wrapper",
]  # fmt: skip

# In the order in which they were published; `package.module:Class` is one of another package.
OPTIMIZERS: Registry[Optimizer] = Registry(
    "optplay.optim.rules", "optimizer", elsewhere="optplay.optim.foreign.declared"
)
SCHEDULES: Registry[Schedule] = Registry("optplay.optim.schedules", "schedule", "decay")
# From the innermost.
WRAPPERS: Registry[Wrapper] = Registry("optplay.optim.wrappers", "wrapper")
