"""Falls when the loss does: by a factor, once it has not for some epochs, as PyTorch's
ReduceLROnPlateau(mode="min", threshold_mode="rel") does on the mean loss of each epoch.

The factor of a step is 1 here: what has become of it at the end of each epoch is kept in a slot of
the state, as only the loop knows the loss (`training.more`).
"""

from optplay.optim.declaration import Hyperparameter, Schedule
from optplay.optim.hyperparameters import DROP


def factor(k: int, n: int) -> float:
    return 1.0


schedule = Schedule(
    "plateau",
    "Plateau",
    "drops once the loss has not fallen for some epochs",
    factor,
    order=12,
    steady=True,
    knobs=(
        Hyperparameter(
            "patience",
            10,
            "how many epochs without a lower loss it lets pass",
            high=1e6,
            whole=True,
        ),
        DROP,
        Hyperparameter("threshold", 1e-4, "by which part the loss has to fall", log=True),
    ),
)
