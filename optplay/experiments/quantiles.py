"""Medians and quantiles, the one way in which all of optplay takes them.

Where a fraction of the values ends between two of them, it is their mean (Hyndman & Fan 1996,
Sample quantiles in statistical packages, definition 2): a median as everybody knows it, and
quartiles by the same rule. Infinities are values like others, so "never" may be a quartile.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from optplay.arrays import Floats, np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

QUARTILES = (0.25, 0.5, 0.75)
# What rounding may add to a whole rank: 0.1 · 30 is a little more than 3.
SLACK = 1e-9


def quantiles(values: "ArrayLike", fractions: Sequence[float]) -> Floats:
    """(fractions, …) the quantiles along the last axis of (…, n); NaN are no values.

    NaN where there is none.
    """
    # NaN comes last. How zeros of both signs are ordered depends on the processor: + 0 has but one.
    ordered = np.sort(np.asarray(values, dtype=np.float64) + 0.0, axis=-1)
    if not ordered.shape[-1]:
        return np.full((len(fractions), *ordered.shape[:-1]), np.nan)
    count = ordered.shape[-1] - np.isnan(ordered).sum(axis=-1, keepdims=True)
    last = np.maximum(count - 1, 0)

    def at(rank: Floats) -> Floats:
        found: Floats = np.take_along_axis(ordered, np.clip(rank.astype(np.int64), 0, last), -1)
        return found[..., 0]

    found = []
    for fraction in fractions:
        rank = fraction * count
        below, above = at(np.ceil(rank - SLACK) - 1), at(np.floor(rank + SLACK))
        # Not their mean where they are one: it would overflow, and two infinities have none.
        found.append(np.where(below == above, below, below / 2 + above / 2))
    return np.array(found)
