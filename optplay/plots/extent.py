"""How far the left axis of a chart goes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optplay.plots.series import Array

# How many times what is usual in a chart a run may come to before it has exploded: three powers of
# ten flatten nobody on a logarithmic axis, and a run alone has nobody to flatten.
_EXPLODED, _EXPLODED_LOG = 20.0, 1000.0
_USUAL = 0.9  # quantile of a run's values
_GROWN = 0.1  # of its highest value: a run that ends above it has grown all the time


class Usual(NamedTuple):
    """The sizes of a run's values.

    Attributes:
        top: the highest. usual: what it begins with or, unless it grows to its end, what it mostly
            stays below; both are 0 if there is nothing.
    """

    top: float
    usual: float


def usual(values: Array) -> Usual:
    """Return what the finite values of a run come to."""
    sizes = np.abs(values)
    top = float(sizes.max(initial=0))
    if not top:
        return Usual(0.0, 0.0)
    first = float(sizes[np.flatnonzero(sizes)[0]])
    grown = float(sizes[-1]) >= _GROWN * top
    return Usual(top, first if grown else max(first, float(np.quantile(sizes, _USUAL))))


def most_worth(runs: Sequence[Usual], log: bool) -> float:
    """Return up to which size values are worth an axis; infinity if no run has exploded.

    A run has exploded if it comes to many times what is usual in the calmest run. The axis is that
    of the runs that have not.
    """
    runs = [run for run in runs if run.top > 0]
    if not runs:
        return np.inf
    least = min(run.usual for run in runs)
    tops = [run.top for run in runs]
    calm = [top for top in tops if top <= least * (_EXPLODED_LOG if log else _EXPLODED)]
    if len(calm) == len(tops):
        return np.inf
    if calm:
        return max(calm)
    most = least * _EXPLODED_LOG
    return most if max(tops) > most else np.inf
