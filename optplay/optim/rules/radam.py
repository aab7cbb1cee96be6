"""RAdam: Adam that trusts v only once enough gradients have been seen.

ρ∞ = 2/(1-β₂) - 1 and ρₜ = ρ∞ - 2t·β₂ᵗ/(1-β₂ᵗ). While ρₜ ≤ 5: w ← w - lr·m̂. After that
w ← w - lr·r·m̂·√(1-β₂ᵗ)/(√v + ε), r = √((ρₜ-4)(ρₜ-2)ρ∞/((ρ∞-4)(ρ∞-2)ρₜ)).
The bound 5 is PyTorch's; Algorithm 2 of the paper trusts v as soon as ρₜ > 4. Without bias
correction, m̂ = m, and √(1-β₂ᵗ) is left out.
"""

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, BETA2, BIAS_CORRECTION, above_zero, epsilon, lr
from optplay.optim.stability import mean_gradient

TRUSTED = 5.0


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v = state[0], state[1]
    beta1, beta2, epsilon, bias_correction = hyper[0], hyper[1], above_zero(hyper[2]), hyper[3]
    rate = lr / where(bias_correction > 0, corrections[0], 1.0)
    rho_max, rho = _rho(beta2, corrections[1], t)
    trusted = rho > TRUSTED
    v_scale = sqrt(where(bias_correction > 0, corrections[1], 1.0))
    v_scale *= _r(rho_max, where(trusted, rho, rho_max))
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        w[i] -= rate * m[i] * where(trusted, v_scale / (sqrt(v[i]) + epsilon), 1.0)


def _rho(beta2: float, correction: float, t: int) -> tuple[float, float]:
    """ρ∞ and ρₜ."""
    rho_max = 2 / (1 - beta2) - 1
    return rho_max, rho_max - 2 * t * (1 - correction) / correction


def _r(rho_max: float, rho: float) -> float:
    return sqrt((rho - 4) * (rho - 2) * rho_max / ((rho_max - 4) * (rho_max - 2) * rho))


def terms(made: Made) -> dict[str, Term]:
    m_hat = made.after["m"] / made.corrected("beta1")
    rho_max, rho = _rho(made.hyper["beta2"], made.corrections["beta2"], made.t)
    found: dict[str, Term] = {"m̂": m_hat, "ρ∞": rho_max, "ρₜ": rho}
    rate: Term = made.lr
    if rho > TRUSTED:
        found["r"] = r = _r(rho_max, rho)
        epsilon = above_zero(made.hyper["epsilon"])
        rate = made.lr * r * sqrt(made.corrected("beta2")) / (sqrt(made.after["v"]) + epsilon)
    return found | {"rate": rate, "Δ": -rate * m_hat}


optimizer = Optimizer(
    name="radam",
    title="RAdam",
    summary="Adam with a warmup of its own, from how much it has seen.",
    paper="Liu et al. 2020, On the variance of the adaptive learning rate and beyond, Algorithm 2",
    year=2019,
    hyperparameters=(lr(0.001), BETA1, BETA2, epsilon(1e-8), BIAS_CORRECTION),
    slots=("m", "v"),
    step=step,
    corrected=2,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·g²",
        "m̂ = m/(1-β₁ᵗ), or m uncorrected",
        "ρ∞ = 2/(1-β₂) - 1",
        "ρₜ = ρ∞ - 2t·β₂ᵗ/(1-β₂ᵗ)",
        "r = √((ρₜ-4)(ρₜ-2)ρ∞/((ρ∞-4)(ρ∞-2)ρₜ)), if ρₜ > 5",
        "rate = lr·r·√(1-β₂ᵗ)/(√v + ε), or lr while ρₜ ≤ 5",
        "Δ = -rate·m̂",
    ),
    terms=terms,
    stability=mean_gradient,
)
