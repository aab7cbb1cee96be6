"""AMSGrad: Adam with the largest v seen so far: w ← w - lr·m̂/(√(max v)/√(1-β₂ᵗ) + ε).

The bias correction is PyTorch's; Algorithm 2 of the paper has none.
"""

from dataclasses import replace
from math import sqrt

import numpy as np

from optplay.optim.declaration import Floats, Term
from optplay.optim.rules import adam


def step(w: Floats, g: Floats, state: Floats, hyper: Floats, lr: float, t: int) -> None:
    m, v, v_max = state[0], state[1], state[2]
    beta1, beta2, epsilon, bias_correction = hyper[0], hyper[1], hyper[2], hyper[3]
    m_correction = 1 / (1 - beta1**t) if bias_correction else 1.0
    v_correction = 1 / (1 - beta2**t) if bias_correction else 1.0
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        v_max[i] = v[i] if v[i] > v_max[i] else v_max[i]
        w[i] -= lr * (m[i] * m_correction) / (sqrt(v_max[i] * v_correction) + epsilon)


def rates(state: Floats, hyper: Floats, lr: float, t: int) -> Floats:
    v_hat = state[2] / (1 - hyper[1] ** t if hyper[3] else 1.0)
    rate: Floats = lr / (np.sqrt(v_hat) + hyper[2])
    return rate


def terms(
    g: Floats, before: Floats, after: Floats, hyper: Floats, lr: float, t: int
) -> dict[str, Term]:
    m_hat = after[0] / (1 - hyper[0] ** t if hyper[3] else 1.0)
    v_hat = after[2] / (1 - hyper[1] ** t if hyper[3] else 1.0)
    return {"m̂": m_hat, "v̂": v_hat, "Δ": -lr * m_hat / (np.sqrt(v_hat) + hyper[2])}


optimizer = replace(
    adam.optimizer,
    name="amsgrad",
    title="AMSGrad",
    summary="Adam whose rates never grow back, which mends a proof and a few hard cases.",
    paper="Reddi, Kale & Kumar 2018, On the convergence of Adam and beyond, Algorithm 2",
    year=2018,
    slots=("m", "v", "v_max"),
    step=step,
    rates=rates,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·g²",
        "v_max ← max(v_max, v)",
        "m̂ = m/(1-β₁ᵗ), or m uncorrected",
        "v̂ = v_max/(1-β₂ᵗ), or v_max uncorrected",
        "Δ = -lr·m̂/(√v̂ + ε)",
    ),
    terms=terms,
)
