"""The arrays that numbers are in.

Modules that declare things, or check what a run is told, take `np` from here: they are read where
nothing is computed, and NumPy takes longer to import than all of them.
"""

from typing import TYPE_CHECKING, Annotated

from optplay.later import Later

__all__ = ["Floats", "Ints", "np"]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
else:
    np = Later("numpy")

    class Floats:
        """Numbers."""

    class Ints:
        """Whole numbers."""


# What compiled code has to know: the number of dimensions, and whether a number is one for all
# runs, or one of each: of a run, or of eight that advance together.
Number = Annotated[float, "of a run"]
Vector = Annotated[Floats, 1, "of a run"]
Matrix = Annotated[Floats, 2, "of a run"]
Cube = Annotated[Floats, 3, "of a run"]
FixedVector = Annotated[Floats, 1]
FixedMatrix = Annotated[Floats, 2]
IntVector = Annotated[Ints, 1]
IntMatrix = Annotated[Ints, 2]
IntCube = Annotated[Ints, 3]
# Which samples come when: the same for all runs, or each of eight has an order of its own.
Rows = Annotated[Ints, 1, "rows"]
RowsMatrix = Annotated[Ints, 2, "rows"]

# The same memory eight numbers at a time: see `arithmetic.lanes`.
Packed = Annotated[Floats, 1, "packed"]
PackedMatrix = Annotated[Floats, 2, "packed"]
PackedNumber = Annotated[float, "packed"]
