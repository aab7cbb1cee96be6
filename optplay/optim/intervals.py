"""What happens every so many steps."""

from optplay.arithmetic import where
from optplay.arithmetic.primitives import ROUND


def due(t: int, every: float) -> bool:
    """Whether step t = 1, 2, … is one of every so many, the first of them among these.

    Args:
        every: at least 1; its whole part counts. Of eight runs it may be lanes, and so is what is
            found.
    """
    near = (every + ROUND) - ROUND
    whole = where(near > every, near - 1.0, near)
    times = (t - 1) / whole
    return (times + ROUND) - ROUND == times
