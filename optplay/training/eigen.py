"""The top eigenvalue of a symmetric matrix, compiled."""

from math import nan

import numpy as np

from optplay.arithmetic import eigen
from optplay.arithmetic.norms import norm
from optplay.arrays import Floats
from optplay.training.compilation import _compiled


def top_eigenvalue(matrix: Floats) -> float:
    """The largest eigenvalue of a symmetric matrix; NaN if an entry is not finite."""
    return _top(matrix, np.empty(0))


def top_eigenvector(matrix: Floats) -> tuple[float, Floats]:
    """The largest eigenvalue of a symmetric matrix of finite numbers, and a unit vector (n,)."""
    vector = np.zeros(len(matrix))
    top = _top(matrix, vector)
    return top, vector / norm(vector)


def _top(matrix: Floats, vector: Floats) -> float:
    largest = np.abs(matrix).max()
    if not np.isfinite(largest):
        return nan
    # By a power of two, so that nothing overflows, and no digit is lost.
    _, exponent = np.frexp(largest)
    room = np.empty((3, len(matrix)))
    top: float = _compiled(eigen.top_eigen)(np.ldexp(matrix, -exponent), *room, vector)
    return float(np.ldexp(top, exponent))
