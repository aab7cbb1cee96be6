"""NAdam: Adam with Nesterov's lookahead in its mean.

μₜ = β₁·(1 - ½·0.96^(t·ψ)), with ψ the momentum decay and Πμ the product of all μ so far:
w ← w - lr·(μₜ₊₁·m/(1-Πμ·μₜ₊₁) + (1-μₜ)·g/(1-Πμ))/(√v̂ + ε)
"""

from optplay.arithmetic import exp, log, sqrt, where
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, BETA2, BIAS_CORRECTION, above_zero, epsilon, lr

LOG = log(0.96)


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v, mu_product = state[0], state[1], state[2]
    beta1, beta2, epsilon, momentum_decay = hyper[0], hyper[1], above_zero(hyper[2]), hyper[3]
    bias_correction = hyper[4]
    mu = beta1 * (1 - 0.5 * exp(LOG * (t * momentum_decay)))
    mu_next = beta1 * (1 - 0.5 * exp(LOG * ((t + 1) * momentum_decay)))
    product = mu * where(t > 1, mu_product[0], 1.0)
    m_part = lr * mu_next / where(bias_correction > 0, 1 - product * mu_next, 1.0)
    g_part = lr * (1 - mu) / where(bias_correction > 0, 1 - product, 1.0)
    v_scale = 1 / sqrt(where(bias_correction > 0, corrections[1], 1.0))
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        mu_product[i] = product
        w[i] -= (m_part * m[i] + g_part * g[i]) / (sqrt(v[i]) * v_scale + epsilon)


def terms(made: Made) -> dict[str, Term]:
    m, v, mu_product = (made.after[slot] for slot in ("m", "v", "mu_product"))
    beta1, psi, t = made.hyper["beta1"], made.hyper["momentum_decay"], made.t
    mu = beta1 * (1 - 0.5 * exp(LOG * (t * psi)))
    mu_next = beta1 * (1 - 0.5 * exp(LOG * ((t + 1) * psi)))
    v_hat = v / made.corrected("beta2")
    # 1 where bias correction is switched off.
    product = mu_product if made.hyper["bias_correction"] else 0.0
    m_hat = mu_next * m / (1 - product * mu_next) + (1 - mu) * made.g / (1 - product)
    rate = made.lr / (sqrt(v_hat) + above_zero(made.hyper["epsilon"]))
    return {"μₜ": mu, "μₜ₊₁": mu_next, "m̂": m_hat, "v̂": v_hat, "rate": rate, "Δ": -rate * m_hat}


optimizer = Optimizer(
    name="nadam",
    title="NAdam",
    summary="Adam that looks ahead as Nesterov's momentum does.",
    paper="Dozat 2016, Incorporating Nesterov momentum into Adam, Algorithm 2",
    year=2016,
    hyperparameters=(
        lr(0.002),
        BETA1,
        BETA2,
        epsilon(1e-8),
        Hyperparameter("momentum_decay", 0.004, "how fast momentum warms up", log=True),
        BIAS_CORRECTION,
    ),
    slots=("m", "v", "mu_product"),
    step=step,
    corrected=2,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·g²",
        "μₜ = β₁·(1 - ½·0.96^(t·ψ))",
        "μₜ₊₁ = β₁·(1 - ½·0.96^((t+1)·ψ))",
        "mu_product ← mu_product·μₜ, or μ₁ at first",
        "m̂ = μₜ₊₁·m/(1 - mu_product·μₜ₊₁) + (1-μₜ)·g/(1 - mu_product), or uncorrected",
        "v̂ = v/(1-β₂ᵗ), or v uncorrected",
        "rate = lr/(√v̂ + ε)",
        "Δ = -rate·m̂",
    ),
    terms=terms,
)
