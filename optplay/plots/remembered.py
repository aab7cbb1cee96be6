"""A field that is computed once, however often it is drawn."""

from collections.abc import Callable

import numpy as np

from optplay.arrays import Floats

Field = Callable[[Floats, Floats], Floats]


def remembered(field: Field) -> Field:
    """The same field; the values at the last places asked for are kept.

    While a playhead moves over a surface its picture changes, but the surface does not.
    """
    known: list[tuple[Floats, Floats, Floats]] = []

    def values(x: Floats, y: Floats) -> Floats:
        if not (known and np.array_equal(known[0][0], x) and np.array_equal(known[0][1], y)):
            known[:] = [(x, y, field(x, y))]
        return known[0][2]

    return values
