"""Adan: Nesterov's momentum from differences of gradients, over the recent size of both.

δ = g - g_before (0 at t = 1),  m ← β₁·m + (1-β₁)·g,  d ← β₂·d + (1-β₂)·δ,
n ← β₃·n + (1-β₃)·(g + β₂·δ)²,  w ← w - lr·(m̂ + β₂·d̂)/(√n̂ + ε), each mean over its 1-βᵗ.
β is how much of a mean stays, as elsewhere; the paper's is 1-β, and has no correction.
"""

from collections.abc import Mapping

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import above_zero, epsilon, lr, memory


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, d, n, g_before = state[0], state[1], state[2], state[3]
    beta1, beta2, beta3, epsilon = hyper[0], hyper[1], hyper[2], above_zero(hyper[3])
    m_part, d_part = lr / corrections[0], lr * beta2 / corrections[1]
    n_scale = 1 / sqrt(corrections[2])
    for i in range(w.size):
        delta = where(t > 1, g[i] - g_before[i], 0.0)
        ahead = g[i] + beta2 * delta
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        d[i] = beta2 * d[i] + (1 - beta2) * delta
        n[i] = beta3 * n[i] + (1 - beta3) * ahead * ahead
        w[i] -= (m_part * m[i] + d_part * d[i]) / (sqrt(n[i]) * n_scale + epsilon)
        g_before[i] = g[i]


def terms(made: Made) -> dict[str, Term]:
    beta2 = made.hyper["beta2"]
    delta = made.g - made.before["g_before"] if made.t > 1 else 0.0 * made.g
    m_hat, d_hat, n_hat = (
        made.after[slot] / made.corrections[beta]
        for slot, beta in (("m", "beta1"), ("d", "beta2"), ("n", "beta3"))
    )
    rate = made.lr / (sqrt(n_hat) + above_zero(made.hyper["epsilon"]))
    step = -rate * (m_hat + beta2 * d_hat)
    return {"δ": delta, "m̂": m_hat, "d̂": d_hat, "n̂": n_hat, "rate": rate, "Δ": step}


def stability(hyper: Mapping[str, float]) -> float:
    """Where an eigenvalue passes -1: 2 over what m̂ + β₂·d̂ is of a gradient that turns each step."""
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    return 2 / ((1 - beta1) / (1 + beta1) + 2 * beta2 * (1 - beta2) / (1 + beta2))


optimizer = Optimizer(
    name="adan",
    title="Adan",
    summary="Adam that looks ahead by how gradients change, and so stands higher rates.",
    paper="Xie et al. 2022, Adan: adaptive Nesterov momentum algorithm, Algorithm 1",
    year=2022,
    hyperparameters=(
        lr(0.001),
        memory("beta1", 0.98, "how long the mean gradient is remembered"),
        memory("beta2", 0.92, "how long changes of the gradient are remembered"),
        memory("beta3", 0.99, "how long squares are remembered"),
        epsilon(1e-8),
    ),
    slots=("m", "d", "n", "g_before"),
    step=step,
    corrected=3,
    formula=(
        "δ = g - g_before, or 0 at first",
        "m ← β₁·m + (1-β₁)·g",
        "d ← β₂·d + (1-β₂)·δ",
        "n ← β₃·n + (1-β₃)·(g + β₂·δ)²",
        "m̂ = m/(1-β₁ᵗ)",
        "d̂ = d/(1-β₂ᵗ)",
        "n̂ = n/(1-β₃ᵗ)",
        "rate = lr/(√n̂ + ε)",
        "Δ = -rate·(m̂ + β₂·d̂)",
        "g_before ← g",
    ),
    terms=terms,
    stability=stability,
)
