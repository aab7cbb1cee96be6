"""A tenth after each third, as PyTorch's StepLR(step_size=⌈n/3⌉, gamma=0.1)."""

from optplay.arithmetic import power
from optplay.optim.declaration import Schedule

PLATEAUS = 3
GAMMA = 0.1


def factor(k: int, n: int) -> float:
    return power(GAMMA, float(k // -(-n // PLATEAUS)))


schedule = Schedule("step", "Step", "drops to a tenth after each third of the run", factor, order=3)
