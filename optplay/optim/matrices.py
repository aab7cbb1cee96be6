"""What rules of matrices share: products, lengths, eigenvectors and QR, as loops for compiled code.

All of it is in a written order, so that the bits are the same on every machine, and takes the
numbers of eight runs at a time: nothing is chosen by a value but with `where`, and a loop ends
early only where going on would change nothing. Inner loops go along rows, where the compiler may
take several numbers at a time.
"""

from optplay.arithmetic import sqrt, where
from optplay.arithmetic.lanes import any_of
from optplay.arithmetic.primitives import INF, LEAST_NORMAL, exponent, power_of_two
from optplay.arrays import Floats, np

# The distance from 1 to the next number.
EPSILON = float.fromhex("0x1p-52")
# Up to this size Python takes a moment for eigenvectors.
SMALL = 24
# A square that is as good as 0, of a matrix whose largest entry is about 1.
TINY = 1e-290
# Steps towards an eigenvalue, far more than it ever took.
MOST = 60


def copy(a: Floats, b: Floats) -> None:
    """B ← A."""
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            b[i, j] = a[i, j]


def turn(a: Floats, b: Floats) -> None:
    """B ← Aᵀ."""
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            b[j, i] = a[i, j]


def squared_by(side: int, g: Floats, a: Floats) -> None:
    """A ← gᵀ for rows (side 0), g for columns (side 1): AᵀA is then g·gᵀ, or gᵀ·g."""
    if side == 0:
        turn(g, a)
    else:
        copy(g, a)


def unit(a: Floats) -> None:
    """A ← 1."""
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = 1.0 if i == j else 0.0


def multiply(a: Floats, b: Floats, c: Floats) -> None:
    """C (n, m) ← A (n, k) · B (k, m)."""
    inner, width = b.shape[0], b.shape[1]
    fours = inner - inner % 4
    for i in range(a.shape[0]):
        for j in range(width):
            c[i, j] = 0.0
        # Four at a time, in their order: C is then loaded and stored a quarter as often.
        for k in range(0, fours, 4):
            one, two, three, four = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            for j in range(width):
                c[i, j] = (
                    c[i, j] + one * b[k, j] + two * b[k + 1, j] + three * b[k + 2, j]
                    + four * b[k + 3, j]
                )  # fmt: skip
        for k in range(fours, inner):
            one = a[i, k]
            for j in range(width):
                c[i, j] += one * b[k, j]


def multiply_turned(a: Floats, b: Floats, c: Floats) -> None:
    """C (n, m) ← Aᵀ · B for A (k, n) and B (k, m)."""
    inner, width = b.shape[0], b.shape[1]
    fours = inner - inner % 4
    for i in range(a.shape[1]):
        for j in range(width):
            c[i, j] = 0.0
        for k in range(0, fours, 4):
            one, two, three, four = a[k, i], a[k + 1, i], a[k + 2, i], a[k + 3, i]
            for j in range(width):
                c[i, j] = (
                    c[i, j] + one * b[k, j] + two * b[k + 1, j] + three * b[k + 2, j]
                    + four * b[k + 3, j]
                )  # fmt: skip
        for k in range(fours, inner):
            one = a[k, i]
            for j in range(width):
                c[i, j] += one * b[k, j]


def product(a: Floats, b: Floats) -> Floats:
    """A·B of arrays, in Python, with the bits of `multiply`."""
    c = np.zeros((len(a), b.shape[1]))
    for k in range(len(b)):
        c += a[:, k, np.newaxis] * b[k]
    return c


def largest(a: Floats) -> float:
    """max |A|, 0 for a matrix of zeros; what is not a number is left out."""
    found = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            found = max(found, abs(a[i, j]))
    return found


def length(a: Floats) -> float:
    """‖A‖ = √ΣA², without overflow or underflow on the way."""
    size = largest(a)
    scale = where((size > 0.0) & (size < INF), size, 1.0)
    total = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            part = a[i, j] / scale
            total += part * part
    return scale * sqrt(total)


def power_of_two_near(size: float) -> float:
    """A power of two about as large as a normal number, for others 1: to divide by it is exact."""
    normal = (size >= LEAST_NORMAL) & (size < INF)
    found: float = power_of_two(min(exponent(where(normal, size, 1.0)), 1022.0))
    return found


def diagonalize(a: Floats, v: Floats) -> None:
    """Eigenvalues into the first row of symmetric A (n, n), eigenvectors into the rows of V (n, n).

    Tridiagonal by reflections, then by the QL algorithm with implicit shifts (Golub & Van Loan,
    Matrix computations, sections 8.3.1 and 8.3.3; Martin & Wilkinson 1968). Entries that are not
    finite leave NaN.
    """
    n = a.shape[0]
    scale = power_of_two_near(largest(a))
    for i in range(n):
        for j in range(n):
            a[i, j] = a[i, j] / scale
    tridiagonalize(a, v)
    values, beside = a[0], a[n - 1]
    for i in range(n):
        values[i] = a[i, i]
    for i in range(n - 1):
        beside[i] = a[i + 1, i]
    for first in range(n):
        for _ in range(MOST):
            if not chase(values, beside, v, first):
                break
    for i in range(n):
        values[i] = scale * values[i]


def tridiagonalize(a: Floats, v: Floats) -> None:
    """Leaves of A a tridiagonal T, on its diagonal and below it, with A = Vᵀ·T·V, V orthonormal."""
    n, p = a.shape[0], v[0]
    for k in range(n - 2):
        # Row k from k + 1 on becomes u, such that 1 - u·uᵀ turns it onto its first axis.
        u = a[k]
        squares = 0.0
        for i in range(k + 1, n):
            squares += u[i] * u[i]
        there = squares > TINY
        long = where(u[k + 1] > 0.0, -sqrt(squares), sqrt(squares))
        under = sqrt(where(there, squares - u[k + 1] * long, 1.0))
        a[k + 1, k] = where(there, long, 0.0)
        u[k + 1] -= long
        for i in range(k + 1, n):
            u[i] = where(there, u[i] / under, 0.0)
            p[i] = 0.0
        for j in range(k + 1, n):
            row, factor = a[j], u[j]
            for i in range(k + 1, n):
                p[i] += factor * row[i]
        along = 0.0
        for i in range(k + 1, n):
            along += p[i] * u[i]
        for i in range(k + 1, n):
            p[i] -= 0.5 * along * u[i]
        for j in range(k + 1, n):
            row, one, other = a[j], u[j], p[j]
            for i in range(k + 1, n):
                row[i] -= one * p[i] + other * u[i]
    unit(v)
    for k in range(n - 3, -1, -1):
        u = a[k]
        for j in range(k + 1, n):
            p[j] = 0.0
        for i in range(k + 1, n):
            row = v[i]
            for j in range(k + 1, n):
                p[j] += u[i] * row[j]
        for i in range(k + 1, n):
            row = v[i]
            for j in range(k + 1, n):
                row[j] -= u[i] * p[j]
    for j in range(1, n):
        p[j] = 0.0
    for i in range(n):
        for j in range(i):
            v[i, j], v[j, i] = v[j, i], v[i, j]


def chase(values: Floats, beside: Floats, v: Floats, first: int) -> bool:
    """A step towards the eigenvalue at `first` of a tridiagonal matrix; whether one was needed.

    Args:
        values: (n,) the diagonal. beside: (n,) what is beside it. v: (n, n) its rows are turned.
    """
    n = values.size
    # Up to the first place where the matrix falls apart.
    end, last = 1.0 * (n - 1), values[n - 1]
    for i in range(n - 2, first - 1, -1):
        apart = abs(beside[i]) <= EPSILON * max(abs(values[i]) + abs(values[i + 1]), EPSILON)
        end, last = where(apart, 1.0 * i, end), where(apart, values[i], last)
    going = end > 1.0 * first
    if not any_of(going):
        return False
    near = where(going, beside[first], 1.0)
    slope = (values[min(first + 1, n - 1)] - values[first]) / (2.0 * near)
    root = sqrt(slope * slope + 1.0)
    g = last - values[first] + near / (slope + where(slope < 0.0, -root, root))
    # Where the matrix falls apart on the way, there is nothing to go on with.
    sine, cosine, moved, whole = 1.0, 1.0, 0.0, 1.0
    for i in range(n - 2, first - 1, -1):
        active = going & (1.0 * i < end) & (whole > 0.0)
        if any_of(active):
            f, b = sine * beside[i], cosine * beside[i]
            r = sqrt(f * f + g * g)
            lost = active & (r <= 0.0)
            whole = where(lost, 0.0, whole)
            values[i + 1] = where(lost, values[i + 1] - moved, values[i + 1])
            beside[i + 1] = where(active, r, beside[i + 1])
            active = active & (whole > 0.0)
            r = where(active, r, 1.0)
            sine, cosine = where(active, f / r, sine), where(active, g / r, cosine)
            g_before = values[i + 1] - moved
            turned = (values[i] - g_before) * sine + 2.0 * cosine * b
            moved = where(active, sine * turned, moved)
            values[i + 1] = where(active, g_before + moved, values[i + 1])
            g = where(active, cosine * turned - b, g)
            one, other = v[i], v[i + 1]
            for j in range(n):
                x, y = one[j], other[j]
                one[j] = where(active, cosine * x - sine * y, x)
                other[j] = where(active, sine * x + cosine * y, y)
    kept = going & (whole > 0.0)
    values[first] = where(kept, values[first] - moved, values[first])
    beside[first] = where(kept, g, beside[first])
    for i in range(first + 1, n):
        beside[i] = where(going & (end == 1.0 * i), 0.0, beside[i])
    return True


def inverse_root(
    a: Floats, halvings: int, least: float, x: Floats, v: Floats, root: Floats
) -> None:
    """root ← A^(-1/2) of a positive symmetric A (n, n), or A^(-1/4) with 2 halvings.

    An eigenvalue below `least`, which then can only be a rounding error, is taken as that; of one
    that is 0 the root is 0, as of a matrix that has overflowed.

    Args:
        x, v: (n, n) room.
    """
    n = a.shape[0]
    finite = greatest_on_diagonal(a) < INF
    for i in range(n):
        for j in range(n):
            x[i, j] = where(finite, a[i, j], 0.0)
    diagonalize(x, v)
    # Their largest root for all directions, then what the others have less: of those that nothing
    # has been added to, which are many, none goes through eigenvectors.
    values, top = x[0], 0.0
    for k in range(n):
        found = max(values[k], least)
        value = where(found > 0.0, found, 1.0)
        for _ in range(halvings):
            value = sqrt(value)
        values[k] = where(finite & (found > 0.0), 1.0 / value, 0.0)
        top = max(top, values[k])
    # The first row, where these are, is overwritten last.
    for k in range(n - 1, -1, -1):
        less = values[k] - top
        for j in range(n):
            x[k, j] = less * v[k, j]
    multiply_turned(v, x, root)
    for k in range(n):
        root[k, k] += top


def inverse_root_of(a: Floats, halvings: int, least: float) -> Floats:
    """`inverse_root` of an array (n, n), in Python; by LAPACK, and less exact, where n is large."""
    if len(a) <= SMALL:
        room = np.empty((3, *a.shape))
        inverse_root(a, halvings, least, room[0], room[1], room[2])
        found: Floats = room[2]
        return found
    values, vectors = np.linalg.eigh(a)
    values = np.maximum(values, least)
    powers = np.where(values > 0.0, values, np.inf) ** (-(0.5**halvings))
    root: Floats = (vectors * powers) @ vectors.T
    return root


def greatest_on_diagonal(a: Floats) -> float:
    """The greatest entry on the diagonal: of a sum of A·Aᵀ, the greatest there is."""
    found = 0.0
    for i in range(a.shape[0]):
        found = max(found, a[i, i])
    return found


def orthonormalize(a: Floats, q: Floats) -> None:
    """Q (n, n) ← the orthonormal matrix of A = Q·R, R upper triangular, for A (n, n), overwritten.

    By reflections (Householder 1958), so that Q is orthonormal whatever A is, and 1 where A is 0.
    """
    n = a.shape[0]
    for k in range(n):
        # Column k from row k on becomes u, such that 1 - u·uᵀ turns it onto the axis.
        size = 0.0
        for i in range(k, n):
            size = max(size, abs(a[i, k]))
        there = size > 0.0
        scale = where(there, size, 1.0)
        squares = 0.0
        for i in range(k, n):
            a[i, k] = a[i, k] / scale
            squares += a[i, k] * a[i, k]
        long = sqrt(squares)
        under = where(there, sqrt(squares + abs(a[k, k]) * long), 1.0)
        a[k, k] += where(a[k, k] < 0.0, -long, long)
        for i in range(k, n):
            a[i, k] = a[i, k] / under
        reflect(a, a, q, k, k + 1)
    unit(q)
    for k in range(n - 1, -1, -1):
        # Row k of A, right of u, is R's: of no use any more.
        reflect(a, q, a, k, k + 1)
        for i in range(k, n):
            q[i, k] -= a[i, k] * a[k, k]


def reflect(u: Floats, a: Floats, room: Floats, k: int, first: int) -> None:
    """A ← (1 - u·uᵀ)·A from column `first` on, with u from row k on in column k of U.

    Args:
        room: of its row k what begins at column `first` is overwritten.
    """
    n = a.shape[0]
    for j in range(first, n):
        room[k, j] = 0.0
    for i in range(k, n):
        factor = u[i, k]
        for j in range(first, n):
            room[k, j] += factor * a[i, j]
    for i in range(k, n):
        factor = u[i, k]
        for j in range(first, n):
            a[i, j] -= factor * room[k, j]


def ratio(a: float, b: float) -> float:
    """a/b, and 0 where b is 0: a step that nothing says how long to make is not made."""
    return where(b > 0.0, a / where(b > 0.0, b, 1.0), 0.0)


def sort_eigenvectors(a: Floats, v: Floats) -> None:
    """Puts the rows of V in the order of the numbers in the first row of A (n, n), falling."""
    n = a.shape[0]
    for last in range(n - 1, 0, -1):
        for k in range(last):
            x, y = a[0, k], a[0, k + 1]
            swapped = x < y
            if any_of(swapped):
                a[0, k], a[0, k + 1] = where(swapped, y, x), where(swapped, x, y)
                swap_rows(v, k, swapped)


def swap_rows(a: Floats, k: int, swapped: bool) -> None:
    """Rows k and k + 1 of A change places, where it is to be."""
    for j in range(a.shape[1]):
        x, y = a[k, j], a[k + 1, j]
        a[k, j], a[k + 1, j] = where(swapped, y, x), where(swapped, x, y)


def swap_columns(a: Floats, k: int, swapped: bool) -> None:
    """Columns k and k + 1 of A change places, where it is to be."""
    for i in range(a.shape[0]):
        x, y = a[i, k], a[i, k + 1]
        a[i, k], a[i, k + 1] = where(swapped, y, x), where(swapped, x, y)
