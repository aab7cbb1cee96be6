"""Parts of a run in whole steps."""


def steps_of(part: float, n: int) -> int:
    """How many steps a part of n is, rounded up.

    A third of 300 steps is 100 of them, though a third is no binary number: what is off by rounding
    alone makes no step more.

    Args:
        part: in [0, 1]. n: from 0.
    """
    exact = part * n
    steps = int(exact)
    return steps + 1 if exact - steps > 1e-9 * exact else steps
