"""Lengths of vectors."""

from optplay.arrays import Floats, np


def norms(vectors: Floats) -> Floats:
    """√Σxᵢ² (…) over the last axis of (…, n), the same bits on every machine.

    Scaled by a power of two, which costs no digits, so that no square is too large or too small;
    and summed by NumPy's own code, not by a BLAS, which adds in another order on other processors.
    """
    _, exponents = np.frexp(np.abs(vectors).max(axis=-1, keepdims=True, initial=0.0))
    scaled = np.ldexp(vectors, -exponents)
    with np.errstate(over="ignore"):
        found: Floats = np.ldexp(np.sqrt(np.sum(scaled * scaled, axis=-1)), exponents[..., 0])
    return found


def norm(vector: Floats) -> float:
    """`norms` of a single vector (n,)."""
    return float(norms(vector))
