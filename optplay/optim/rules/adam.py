"""Adam: momentum over the recent size of each gradient, both corrected for starting at zero.

m ← β₁·m + (1-β₁)·g,  v ← β₂·v + (1-β₂)·g²,  w ← w - lr·m̂/(√v̂ + ε)
with m̂ = m/(1-β₁ᵗ) and v̂ = v/(1-β₂ᵗ).

With `nesterov`, m̂ = β₁·m/(1-β₁ᵗ⁺¹) + (1-β₁)·g/(1-β₁ᵗ): what m̂ would be after one more step along
g, as `optax.adam(nesterov=True)` has it (Dozat 2016, Incorporating Nesterov momentum into Adam,
section 2, with β₁ constant; `nadam` lets it rise).
"""

from dataclasses import replace

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, BETA2, BIAS_CORRECTION, above_zero, epsilon, lr
from optplay.optim.stability import mean_gradient, mean_gradient_ahead


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v = state[0], state[1]
    beta1, beta2, epsilon, bias_correction = hyper[0], hyper[1], above_zero(hyper[2]), hyper[3]
    rate = lr / where(bias_correction > 0, corrections[0], 1.0)
    v_scale = 1 / sqrt(where(bias_correction > 0, corrections[1], 1.0))
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        w[i] -= rate * m[i] / (sqrt(v[i]) * v_scale + epsilon)


def step_ahead(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v = state[0], state[1]
    beta1, beta2, epsilon, bias_correction = hyper[0], hyper[1], above_zero(hyper[2]), hyper[3]
    next_correction = beta1 * corrections[0] + (1 - beta1)
    m_part = lr * beta1 / where(bias_correction > 0, next_correction, 1.0)
    g_part = lr * (1 - beta1) / where(bias_correction > 0, corrections[0], 1.0)
    v_scale = 1 / sqrt(where(bias_correction > 0, corrections[1], 1.0))
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        w[i] -= (m_part * m[i] + g_part * g[i]) / (sqrt(v[i]) * v_scale + epsilon)


def terms(made: Made) -> dict[str, Term]:
    return _terms(made, made.after["m"] / made.corrected("beta1"))


def terms_ahead(made: Made) -> dict[str, Term]:
    beta1, correction = made.hyper["beta1"], made.corrected("beta1")
    # 1 stays 1 where bias correction is switched off.
    m_part = beta1 * made.after["m"] / (beta1 * correction + (1 - beta1))
    return _terms(made, m_part + (1 - beta1) * made.g / correction)


def _terms(made: Made, m_hat: Term) -> dict[str, Term]:
    v_hat = made.after["v"] / made.corrected("beta2")
    rate = made.lr / (sqrt(v_hat) + above_zero(made.hyper["epsilon"]))
    return {"m̂": m_hat, "v̂": v_hat, "rate": rate, "Δ": -rate * m_hat}


plain = Optimizer(
    name="adam",
    title="Adam",
    summary="Momentum with a step size of its own for every parameter; the usual first choice.",
    paper="Kingma & Ba 2015, Adam: a method for stochastic optimization, Algorithm 1",
    year=2014,
    hyperparameters=(
        lr(0.001),
        BETA1,
        BETA2,
        epsilon(1e-8),
        BIAS_CORRECTION,
        Hyperparameter("nesterov", False, "looks ahead, as Nesterov's momentum does"),
    ),
    slots=("m", "v"),
    step=step,
    corrected=2,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·g²",
        "m̂ = m/(1-β₁ᵗ), or m uncorrected",
        "v̂ = v/(1-β₂ᵗ), or v uncorrected",
        "rate = lr/(√v̂ + ε)",
        "Δ = -rate·m̂",
    ),
    terms=terms,
    stability=mean_gradient,
)

ahead = replace(
    plain,
    step=step_ahead,
    formula=(
        *plain.formula[:2],
        "m̂ = β₁·m/(1-β₁ᵗ⁺¹) + (1-β₁)·g/(1-β₁ᵗ), or uncorrected",
        *plain.formula[3:],
    ),
    terms=terms_ahead,
    stability=mean_gradient_ahead,
)

optimizer = replace(
    plain,
    variant=lambda hyper: "nesterov" if hyper.get("nesterov") else "",
    variants={"nesterov": ahead},
)
