"""The top eigenvalue of a symmetric matrix and its eigenvector, written for the compiler.

LAPACK's kernels differ by processor. Here all is in a written order, along rows, where the
compiler may take several numbers at a time without changing what they come to.
"""

from optplay.arithmetic.primitives import sqrt
from optplay.arrays import Matrix, Vector

# Of a matrix whose largest entry is about 1: a square that is as good as 0, and the least pivot.
TINY, LEAST = 1e-290, 1e-20
# Halvings, far more than a number has bits.
MOST = 200


def top_eigen(a: Matrix, d: Vector, e: Vector, p: Vector, x: Vector) -> float:
    """The largest eigenvalue of `a` (n, n), whose largest entry is to be about 1.

    Tridiagonal by reflections (Householder 1958), then by bisection, as the number from which on
    a - x·1 is negative definite. All arrays are overwritten.

    Args:
        d, e, p: (n,) room.
        x: (n,) receives an eigenvector, not of length 1; or (0,).
    """
    n = d.size
    tridiagonalize(a, d, e, p)
    top = top_of_tridiagonal(d, e)
    if x.size > 0:
        twisted_vector(d, e, top, p, x)
        for k in range(n - 3, -1, -1):
            v = a[k]
            size = along = 0.0
            for i in range(k + 1, n):
                size += v[i] * v[i]
                along += v[i] * x[i]
            if size > 0.0:
                along = 2.0 * along / size
                for i in range(k + 1, n):
                    x[i] -= along * v[i]
    return top


def tridiagonalize(a: Matrix, d: Vector, e: Vector, p: Vector) -> None:
    """The diagonal (n,) and what is beside it (n - 1,) of a tridiagonal matrix like `a`.

    Row k of `a` keeps from k + 1 on the vector that was reflected along, 0 for none.
    """
    n = d.size
    for k in range(n - 2):
        v = a[k]
        d[k] = v[k]
        squares = 0.0
        for i in range(k + 1, n):
            squares += v[i] * v[i]
        if squares < TINY:
            e[k] = 0.0
            for i in range(k + 1, n):
                v[i] = 0.0
            continue
        first = v[k + 1]
        e[k] = -sqrt(squares) if first > 0.0 else sqrt(squares)
        v[k + 1] = first - e[k]
        factor = 1.0 / (squares - first * e[k])  # 2 over the new square of v
        for i in range(k + 1, n):
            p[i] = 0.0
        for j in range(k + 1, n):
            row, times = a[j], factor * v[j]
            for i in range(k + 1, n):
                p[i] += times * row[i]
        along = 0.0
        for i in range(k + 1, n):
            along += p[i] * v[i]
        along *= 0.5 * factor
        for i in range(k + 1, n):
            p[i] -= along * v[i]
        for j in range(k + 1, n):
            row, one, other = a[j], v[j], p[j]
            for i in range(k + 1, n):
                row[i] -= one * p[i] + other * v[i]
    for k in range(max(n - 2, 0), n):
        d[k] = a[k, k]
    if n > 1:
        e[n - 2] = a[n - 1, n - 2]


def top_of_tridiagonal(d: Vector, e: Vector) -> float:
    """The least number found above or at all eigenvalues."""
    n = d.size
    low: float = d[0]
    high = low
    for i in range(n):
        reach = (abs(e[i - 1]) if i > 0 else 0.0) + (abs(e[i]) if i < n - 1 else 0.0)
        low, high = max(low, d[i]), max(high, d[i] + reach)
    for _ in range(MOST):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        pivot, below = d[0] - middle, True
        for i in range(1, n):
            if pivot >= 0.0:
                below = False
                break
            pivot = d[i] - middle - e[i - 1] * e[i - 1] / pivot
        if below and pivot < 0.0:
            high = middle
        else:
            low = middle
    return high


def twisted_vector(d: Vector, e: Vector, top: float, p: Vector, x: Vector) -> None:
    """The eigenvector of the top eigenvalue: from where the pivots from both ends meet (Dhillon
    1997). They need no interchanges, as none is positive.
    """
    n = d.size
    p[n - 1] = min(d[n - 1] - top, -LEAST)
    for i in range(n - 2, -1, -1):
        p[i] = min(d[i] - top - e[i] * e[i] / p[i + 1], -LEAST)
    # From the first one on in x, until the place is known.
    x[0] = min(d[0] - top, -LEAST)
    for i in range(1, n):
        x[i] = min(d[i] - top - e[i - 1] * e[i - 1] / x[i - 1], -LEAST)
    place, least = 0, abs(p[0])
    for i in range(1, n):
        gap = abs(x[i] + p[i] - (d[i] - top))
        if gap < least:
            place, least = i, gap
    for i in range(place - 1, -1, -1):
        x[i] = -e[i] / x[i]
    x[place] = 1.0
    for i in range(place - 1, -1, -1):
        x[i] *= x[i + 1]
    for i in range(place + 1, n):
        x[i] = -e[i - 1] / p[i] * x[i - 1]
