"""The largest eigenvalue of a symmetric matrix, written for the compiler as `network` is.

LAPACK's solvers are as fast, but wake a thread per core for each matrix: over many small ones, and
beside a training in progress, that takes twenty times as much of the processor.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALVINGS = 200  # far more than it takes to come to two neighbouring numbers
EPSILON = 2.0**-52


def top_eigenvalue(a: Floats, v: Floats, p: Floats) -> float:
    """The largest eigenvalue of the symmetric matrix `a` (n, n), which is overwritten.

    Householder's reflections make it tridiagonal; there Sturm's count of the eigenvalues below a
    number halves an interval until nothing is between its ends (Golub & Van Loan 2013, Matrix
    computations, sections 8.3.1 and 8.4.2).

    Args:
        v, p: (n,) room, which holds the diagonal and what stands beside it in the end.
    """
    n = a.shape[0]
    scale = 0.0
    for i in range(n):
        for j in range(n):
            scale = max(scale, abs(a[i, j]))
    if scale == 0.0:
        return 0.0
    for i in range(n):
        for j in range(n):
            a[i, j] /= scale

    for k in range(n - 2):
        # What row k has beyond its first two is reflected onto the second.
        rest = 0.0
        for j in range(k + 2, n):
            rest += a[k, j] * a[k, j]
        if rest == 0.0:
            continue
        first = a[k, k + 1]
        length = sqrt(first * first + rest)
        target = -length if first > 0.0 else length
        for j in range(k + 1, n):
            v[j] = a[k, j]
        v[k + 1] = first - target
        factor = 2.0 / (rest + v[k + 1] * v[k + 1])
        overlap = 0.0
        for i in range(k + 1, n):
            total = 0.0
            for j in range(k + 1, n):
                total += a[i, j] * v[j]
            p[i] = factor * total
            overlap += p[i] * v[i]
        for i in range(k + 1, n):
            p[i] -= 0.5 * factor * overlap * v[i]
        for i in range(k + 1, n):
            for j in range(k + 1, n):
                a[i, j] -= v[i] * p[j] + p[i] * v[j]
        a[k, k + 1] = target

    low, high = -1.0, 1.0
    for i in range(n):
        v[i], p[i] = a[i, i], a[i, i + 1] if i + 1 < n else 0.0
        beside = abs(p[i]) + (abs(p[i - 1]) if i > 0 else 0.0)
        low, high = max(low, v[i]) if i > 0 else v[i], max(high, v[i] + beside)
    # The largest one is at least the largest number on the diagonal.
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        below, q = 0, 1.0
        for i in range(n):
            square = p[i - 1] * p[i - 1] if i > 0 else 0.0
            q = v[i] - middle - square / q
            if q == 0.0:
                q = EPSILON
            below += 1 if q < 0.0 else 0
        if below == n:
            high = middle
        else:
            low = middle
    return high * scale
