"""The arrays that numbers are in."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# With their number of dimensions, which compiled code has to know; `Fixed` ones are read-only.
Vector = Annotated[Floats, 1]
Matrix = Annotated[Floats, 2]
Cube = Annotated[Floats, 3]
FixedVector = Annotated[Floats, 1, "read-only"]
FixedMatrix = Annotated[Floats, 2, "read-only"]
IntVector = Annotated[Ints, 1]
IntMatrix = Annotated[Ints, 2]
