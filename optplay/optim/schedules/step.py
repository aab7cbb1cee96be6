"""A tenth after each third, as PyTorch's StepLR(step_size=⌈every·n⌉, gamma=factor)."""

from optplay.arithmetic import power
from optplay.arrays import Floats
from optplay.optim.declaration import Hyperparameter, Schedule
from optplay.optim.hyperparameters import DROP
from optplay.optim.parts import steps_of


def factor(k: int, n: int, warmup: int, knobs: Floats) -> float:
    length = steps_of(float(knobs[0]), n)
    return power(float(knobs[1]), float(k // length))


schedule = Schedule(
    "step",
    "Step",
    "drops after each third of the run, or another part, to a tenth",
    factor,
    order=4,
    knobs=(
        Hyperparameter("every", 1 / 3, "the part of the decay after which it drops", low_open=True),
        DROP,
    ),
)
