"""A tenth at each milestone, as PyTorch's MultiStepLR(milestones=⌈at·n⌉, gamma=factor).

Half and three quarters of the run, as He et al. 2016 trained their networks for CIFAR-10.
"""

from optplay.arithmetic import power
from optplay.arrays import Floats
from optplay.optim.declaration import Hyperparameter, Schedule
from optplay.optim.hyperparameters import DROP
from optplay.optim.parts import steps_of


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    passed = 0.0
    for i in range(knobs.size):
        if i > 0 and k >= steps_of(float(knobs[i]), n):
            passed += 1.0
    return power(float(knobs[0]), passed)


schedule = Schedule(
    "milestones",
    "Milestones",
    "drops at half and three quarters of the run, or elsewhere (He et al. 2016)",
    factor,
    order=5,
    knobs=(
        DROP,
        Hyperparameter(
            "at", (0.5, 0.75), "the parts of the decay at which it drops", low_open=True,
            high_open=True,
        ),
    ),
)  # fmt: skip
