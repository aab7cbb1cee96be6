"""How compiled code sees a part of a vector as a matrix; see `training.views`."""

from optplay.arrays import Floats


def matrix(a: Floats, first: int, rows: int, columns: int) -> Floats:
    """The matrix that lies row by row in a vector, from the index `first` on: the same memory."""
    return a[first : first + rows * columns].reshape(rows, columns)
