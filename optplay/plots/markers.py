"""Where the markers stand that tell curves apart without colours."""

import numpy as np
from numpy.typing import NDArray

from optplay.plots.canvas import Line
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN

_SPACING = 8  # cells between two markers of a curve
Indices = NDArray[np.int64]


def markers(
    line: Line, columns: int, rows: int, order: int, of: int, last: int | None = None
) -> tuple[Indices, Indices]:
    """Return the rows and columns of a curve's markers, one in every eighth column.

    There is one at least, if the line has any dot up to the ``last`` from the left.
    """
    last = columns * DOTS_ACROSS - 1 if last is None else last
    targets = np.arange(0.5 + _SPACING * order / of, columns, _SPACING) * DOTS_ACROSS
    targets = targets[targets < last + 1]
    # Of the dots that are joined, those on both sides of a target.
    after = np.searchsorted(line.x, targets)
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, line.x.size - 1)
    on = (line.parts[before] == line.parts[after]) & (line.x[before] <= targets)
    on &= line.x[after] >= targets
    x = targets[on]
    up = np.interp(x, line.x, line.y)
    if not x.size:
        known = np.flatnonzero(line.x <= last)
        only = known[order % known.size : order % known.size + 1] if known.size else known
        x, up = line.x[only], line.y[only]
    row = rows - 1 - np.rint(up).astype(np.int64) // DOTS_DOWN
    return row, np.rint(x).astype(np.int64) // DOTS_ACROSS
