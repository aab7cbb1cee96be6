"""AMSGrad: Adam with the largest v seen so far: w ← w - lr·m̂/(√(max v)/√(1-β₂ᵗ) + ε).

The bias correction is PyTorch's; Algorithm 2 of the paper has none.
"""

from dataclasses import replace

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Made, Term
from optplay.optim.hyperparameters import BETA1, BETA2, BIAS_CORRECTION, above_zero, epsilon, lr
from optplay.optim.rules import adam


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v, v_max = state[0], state[1], state[2]
    beta1, beta2, epsilon, bias_correction = hyper[0], hyper[1], above_zero(hyper[2]), hyper[3]
    rate = lr / where(bias_correction > 0, corrections[0], 1.0)
    v_scale = 1 / sqrt(where(bias_correction > 0, corrections[1], 1.0))
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        v_max[i] = where(v[i] < v_max[i], v_max[i], v[i])
        w[i] -= rate * m[i] / (sqrt(v_max[i]) * v_scale + epsilon)


def terms(made: Made) -> dict[str, Term]:
    m_hat = made.after["m"] / made.corrected("beta1")
    v_hat = made.after["v_max"] / made.corrected("beta2")
    rate = made.lr / (sqrt(v_hat) + above_zero(made.hyper["epsilon"]))
    return {"m̂": m_hat, "v̂": v_hat, "rate": rate, "Δ": -rate * m_hat}


optimizer = replace(
    adam.plain,
    name="amsgrad",
    title="AMSGrad",
    summary="Adam whose rates never grow back, which mends a proof and a few hard cases.",
    paper="Reddi, Kale & Kumar 2018, On the convergence of Adam and beyond, Algorithm 2",
    year=2018,
    hyperparameters=(lr(0.001), BETA1, BETA2, epsilon(1e-8), BIAS_CORRECTION),
    slots=("m", "v", "v_max"),
    step=step,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·g²",
        "v_max ← max(v_max, v)",
        "m̂ = m/(1-β₁ᵗ), or m uncorrected",
        "v̂ = v_max/(1-β₂ᵗ), or v_max uncorrected",
        "rate = lr/(√v̂ + ε)",
        "Δ = -rate·m̂",
    ),
    terms=terms,
)
