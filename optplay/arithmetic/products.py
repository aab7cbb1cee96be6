"""Products of matrices, by BLAS: quick, but the last bits depend on the machine."""

from optplay.arrays import Floats


def add_product(
    c: Floats, at: int, a: Floats, i: int, b: Floats, j: int, rows: int, columns: int, inner: int,
    turned_a: int, turned_b: int,
) -> None:  # fmt: skip
    """C += A·B, of matrices that lie row by row in vectors, from the index before each on.

    Args:
        rows, columns: of C. inner: columns of A and rows of B.
        turned_a, turned_b: 1 where the transpose of A, or B, lies there; else 0.
    """
    left, right = a[i : i + rows * inner], b[j : j + inner * columns]
    left = left.reshape(inner, rows).T if turned_a else left.reshape(rows, inner)
    right = right.reshape(columns, inner).T if turned_b else right.reshape(inner, columns)
    c[at : at + rows * columns].reshape(rows, columns)[...] += left @ right
