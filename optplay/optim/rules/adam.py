"""Adam: momentum over the recent size of each gradient, both corrected for starting at zero.

m ← β₁·m + (1-β₁)·g,  v ← β₂·v + (1-β₂)·g²,  w ← w - lr·m̂/(√v̂ + ε)
with m̂ = m/(1-β₁ᵗ) and v̂ = v/(1-β₂ᵗ).
"""

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, BETA2, BIAS_CORRECTION, epsilon, lr
from optplay.optim.stability import mean_gradient


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v = state[0], state[1]
    beta1, beta2, epsilon, bias_correction = hyper[0], hyper[1], hyper[2], hyper[3]
    rate = lr / where(bias_correction > 0, corrections[0], 1.0)
    v_scale = 1 / sqrt(where(bias_correction > 0, corrections[1], 1.0))
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        w[i] -= rate * m[i] / (sqrt(v[i]) * v_scale + epsilon)


def rates(state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int) -> Floats:
    v_hat = state[1] / (corrections[1] if hyper[3] else 1.0)
    rate: Floats = lr / (sqrt(v_hat) + hyper[2])
    return rate


def terms(
    g: Floats, before: Floats, after: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> dict[str, Term]:
    m_hat = after[0] / (corrections[0] if hyper[3] else 1.0)
    v_hat = after[1] / (corrections[1] if hyper[3] else 1.0)
    return {"m̂": m_hat, "v̂": v_hat, "Δ": -lr * m_hat / (sqrt(v_hat) + hyper[2])}


optimizer = Optimizer(
    name="adam",
    title="Adam",
    summary="Momentum with a step size of its own for every parameter; the usual first choice.",
    paper="Kingma & Ba 2015, Adam: a method for stochastic optimization, Algorithm 1",
    year=2014,
    hyperparameters=(lr(0.001), BETA1, BETA2, epsilon(1e-8), BIAS_CORRECTION),
    slots=("m", "v"),
    step=step,
    rates=rates,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·g²",
        "m̂ = m/(1-β₁ᵗ), or m uncorrected",
        "v̂ = v/(1-β₂ᵗ), or v uncorrected",
        "Δ = -lr·m̂/(√v̂ + ε)",
    ),
    terms=terms,
    stability=mean_gradient,
)
