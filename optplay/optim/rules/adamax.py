"""Adamax: Adam with the largest recent gradient: u ← max(β₂·u, |g| + ε), w ← w - lr·m̂/u.

The ε is PyTorch's; Algorithm 2 of the paper has none.
"""

from math import inf

from optplay.arithmetic import where
from optplay.arrays import np
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, BETA2, BIAS_CORRECTION, epsilon, lr
from optplay.optim.stability import mean_gradient


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, u = state[0], state[1]
    beta1, beta2, epsilon, bias_correction = hyper[0], hyper[1], hyper[2], hyper[3]
    rate = lr / where(bias_correction > 0, corrections[0], 1.0)
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        old, new = beta2 * u[i], abs(g[i]) + epsilon
        u[i] = where(new < old, old, new)
        # With ε = 0, what got no gradient stays where it is.
        w[i] -= rate * m[i] / where(u[i] == 0, inf, u[i])


def terms(made: Made) -> dict[str, Term]:
    m_hat = made.after["m"] / made.corrected("beta1")
    u = made.after["u"]
    rate = made.lr / np.where(u == 0, inf, u)
    return {"m̂": m_hat, "rate": rate, "Δ": -rate * m_hat}


optimizer = Optimizer(
    name="adamax",
    title="Adamax",
    summary="Adam measured by the largest recent gradient, calmer after rare big ones.",
    paper="Kingma & Ba 2015, Adam: a method for stochastic optimization, Algorithm 2",
    year=2014,
    hyperparameters=(lr(0.002), BETA1, BETA2, epsilon(1e-8), BIAS_CORRECTION),
    slots=("m", "u"),
    step=step,
    corrected=1,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "u ← max(β₂·u, |g| + ε)",
        "m̂ = m/(1-β₁ᵗ), or m uncorrected",
        "rate = lr/u, or 0 while u = 0",
        "Δ = -rate·m̂",
    ),
    terms=terms,
    stability=mean_gradient,
)
