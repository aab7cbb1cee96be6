"""AdaBelief: Adam that divides by how far gradients are from their mean, not by their size.

m ← β₁·m + (1-β₁)·g,  v ← β₂·v + (1-β₂)·(g-m)² + ε,  w ← w - lr·m̂/(√v̂ + ε)
with m̂ = m/(1-β₁ᵗ) and v̂ = v/(1-β₂ᵗ).
"""

from optplay.arithmetic import sqrt
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, above_zero, epsilon, lr, memory
from optplay.optim.stability import mean_gradient


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v = state[0], state[1]
    beta1, beta2, epsilon = hyper[0], hyper[1], hyper[2]
    rate, v_scale, floor = lr / corrections[0], 1 / sqrt(corrections[1]), above_zero(epsilon)
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        surprise = g[i] - m[i]
        v[i] = beta2 * v[i] + (1 - beta2) * surprise * surprise + epsilon
        w[i] -= rate * m[i] / (sqrt(v[i]) * v_scale + floor)


def terms(made: Made) -> dict[str, Term]:
    m_hat = made.after["m"] / made.corrections["beta1"]
    v_hat = made.after["v"] / made.corrections["beta2"]
    rate = made.lr / (sqrt(v_hat) + above_zero(made.hyper["epsilon"]))
    return {"m̂": m_hat, "v̂": v_hat, "rate": rate, "Δ": -rate * m_hat}


optimizer = Optimizer(
    name="adabelief",
    title="AdaBelief",
    summary="Takes long steps where gradients come as expected, short ones where they surprise.",
    paper="Zhuang et al. 2020, AdaBelief optimizer, Algorithm 2",
    year=2020,
    hyperparameters=(
        lr(0.001),
        BETA1,
        memory("beta2", 0.999, "how long squared surprises are remembered: 1/(1-beta2) steps"),
        epsilon(1e-16),
    ),
    slots=("m", "v"),
    step=step,
    corrected=2,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·(g-m)² + ε",
        "m̂ = m/(1-β₁ᵗ)",
        "v̂ = v/(1-β₂ᵗ)",
        "rate = lr/(√v̂ + ε)",
        "Δ = -rate·m̂",
    ),
    terms=terms,
    stability=mean_gradient,
)
