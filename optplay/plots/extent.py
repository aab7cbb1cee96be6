"""How far the left axis of a chart goes."""

from collections.abc import Sequence

import numpy as np

from optplay.plots.series import Array

# How many times what is usual in a chart a run may come to before it has exploded: three powers of
# ten flatten nobody on a logarithmic axis, and a run alone has nobody to flatten.
_EXPLODED, _EXPLODED_LOG = 20.0, 1000.0
_USUAL = 0.9  # quantile of a run's values
_GROWN = 0.1  # of its highest value: a run that ends above it has grown all the time


def most_worth(runs: Sequence[Array], log: bool) -> float:
    """Return up to which size values are worth an axis; infinity if no run has exploded.

    A run has exploded if it comes to many times what is usual in the calmest run: what that begins
    with or, unless it grows to its end, what it mostly stays below. The axis is that of the runs
    that have not exploded.

    Args:
        runs: the finite values of each.
    """
    sizes = [np.abs(run) for run in runs if run.size]
    tops = [float(run.max()) for run in sizes]
    usual = [_usual(run, top) for run, top in zip(sizes, tops, strict=True) if top > 0]
    if not usual:
        return np.inf
    calm = [top for top in tops if top <= min(usual) * (_EXPLODED_LOG if log else _EXPLODED)]
    if len(calm) == len(tops):
        return np.inf
    if any(calm):
        return max(calm)
    most = min(usual) * _EXPLODED_LOG
    return most if max(tops) > most else np.inf


def _usual(sizes: Array, top: float) -> float:
    first = float(sizes[np.flatnonzero(sizes)[0]])
    grown = float(sizes[-1]) >= _GROWN * top
    return first if grown else max(first, float(np.quantile(sizes, _USUAL)))
