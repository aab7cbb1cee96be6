"""What rules of matrices do with vectors: Adam."""

from optplay.arithmetic import sqrt
from optplay.arrays import Floats, np
from optplay.optim.declaration import Made, Term
from optplay.optim.matrices import ratio


def adam(
    w: Floats, g: Floats, m: Floats, v: Floats, beta1: float, beta2: float, epsilon: float,
    correction1: float, correction2: float, lr: float,
) -> None:  # fmt: skip
    """A step of Adam, of matrices: `rules/adam.py` has the formula; 0 where v and ε are 0.

    Args:
        correction1, correction2: 1 - β₁ᵗ and 1 - β₂ᵗ.
    """
    rate, v_scale = lr / correction1, 1 / sqrt(correction2)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            m[i, j] = beta1 * m[i, j] + (1 - beta1) * g[i, j]
            v[i, j] = beta2 * v[i, j] + (1 - beta2) * g[i, j] * g[i, j]
            w[i, j] -= ratio(rate * m[i, j], sqrt(v[i, j]) * v_scale + epsilon)


def adam_terms(made: Made, correction1: float, correction2: float, lr: float) -> dict[str, Term]:
    """The terms of such a step."""
    m_hat, v_hat = made.after["m"] / correction1, made.after["v"] / correction2
    return {"m̂": m_hat, "v̂": v_hat, "Δ": -lr * over(m_hat, v_hat, made.hyper["epsilon"])}


def over(m_hat: Floats, v_hat: Floats, epsilon: float) -> Floats:
    """m̂/(√v̂ + ε), 0 where that is 0."""
    under = np.sqrt(v_hat) + epsilon
    return m_hat / np.where(under > 0.0, under, np.inf)
