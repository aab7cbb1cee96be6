"""How a rule that sees matrices reaches them: parts of flat arrays, in compiled code and in Python.

`places` (1 + slots, 4) says of the tensor itself, then of each of its slots: where it begins in its
row, how many rows and columns it has, and of the tensor whether it is a vector (1) or a matrix (2).
"""

from collections.abc import Sequence

from optplay.arithmetic.tensors import matrix
from optplay.arrays import Floats, Ints, np
from optplay.optim.declaration import Slot

__all__ = ["Shape", "matrix", "places_of", "slot", "width_of"]

Shape = tuple[int, ...]


def slot(state: Floats, places: Ints, k: int) -> Floats:
    """Slot `k` of a tensor as a matrix."""
    return matrix(state[k], places[1 + k, 0], places[1 + k, 1], places[1 + k, 2])


def places_of(shapes: Sequence[Shape], slots: Sequence[Slot]) -> Ints:
    """(tensors, 1 + slots, 4) where each tensor is, and each of its slots."""
    found = np.zeros((len(shapes), 1 + len(slots), 4), dtype=np.int64)
    first = [0] * (1 + len(slots))
    for each, shape in zip(found, shapes, strict=True):
        rows, columns = (*shape, 1)[:2]
        forms = [(rows, columns), *(slot.form(rows, columns) for slot in slots)]
        for k, (high, wide) in enumerate(forms):
            each[k] = first[k], high, wide, 0
            first[k] += high * wide
        each[0, 3] = len(shape)
    return found


def width_of(shapes: Sequence[Shape], slots: Sequence[Slot]) -> int:
    """How long a row of the state is: as long as the longest slot, or as the weights."""

    def total(slot: Slot) -> int:
        forms = (slot.form(*(*shape, 1)[:2]) for shape in shapes)
        return sum(high * wide for high, wide in forms)

    return max(map(total, (Slot("w"), *slots)))
