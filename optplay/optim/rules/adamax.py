"""Adamax: Adam with the largest recent gradient: u ← max(β₂·u, |g| + ε), w ← w - lr·m̂/u.

The ε is PyTorch's; Algorithm 2 of the paper has none.
"""

from optplay.arithmetic import where
from optplay.arrays import np
from optplay.optim.declaration import Floats, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, BETA2, epsilon, lr
from optplay.optim.stability import mean_gradient


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, u = state[0], state[1]
    beta1, beta2, epsilon = hyper[0], hyper[1], hyper[2]
    rate = lr / corrections[0]
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        old, new = beta2 * u[i], abs(g[i]) + epsilon
        u[i] = where(new < old, old, new)
        w[i] -= rate * m[i] / u[i]


def rates(state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int) -> Floats:
    rate: Floats = np.divide(lr, state[1])
    return rate


def terms(
    g: Floats, before: Floats, after: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> dict[str, Term]:
    m_hat = after[0] / corrections[0]
    return {"m̂": m_hat, "Δ": -lr * m_hat / after[1]}


optimizer = Optimizer(
    name="adamax",
    title="Adamax",
    summary="Adam measured by the largest recent gradient, calmer after rare big ones.",
    paper="Kingma & Ba 2015, Adam: a method for stochastic optimization, Algorithm 2",
    year=2014,
    hyperparameters=(lr(0.002), BETA1, BETA2, epsilon(1e-8)),
    slots=("m", "u"),
    step=step,
    rates=rates,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "u ← max(β₂·u, |g| + ε)",
        "m̂ = m/(1-β₁ᵗ)",
        "Δ = -lr·m̂/u",
    ),
    terms=terms,
    stability=mean_gradient,
)
