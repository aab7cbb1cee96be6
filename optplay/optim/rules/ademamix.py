"""AdEMAMix: Adam with a second, much slower mean of the gradients beside its own.

m1 ← β₁·m1 + (1-β₁)·g,  m2 ← β₃·m2 + (1-β₃)·g,  v ← β₂·v + (1-β₂)·g²,
w ← w - lr·(m1/(1-β₁ᵗ) + α·m2)/(√v̂ + ε) with v̂ = v/(1-β₂ᵗ): m2 is left to grow from zero.
The paper lets α and β₃ rise over a run (section 3.1); here they hold from the first step on.
"""

from optplay.arithmetic import sqrt
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, BETA2, above_zero, epsilon, lr, memory


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m1, m2, v = state[0], state[1], state[2]
    beta1, beta2, beta3, alpha = hyper[0], hyper[1], hyper[2], hyper[3]
    epsilon = above_zero(hyper[4])
    m1_scale, v_scale = 1 / corrections[0], 1 / sqrt(corrections[1])
    for i in range(w.size):
        m1[i] = beta1 * m1[i] + (1 - beta1) * g[i]
        m2[i] = beta3 * m2[i] + (1 - beta3) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        w[i] -= lr * (m1[i] * m1_scale + alpha * m2[i]) / (sqrt(v[i]) * v_scale + epsilon)


def terms(made: Made) -> dict[str, Term]:
    m1_hat = made.after["m1"] / made.corrections["beta1"]
    v_hat = made.after["v"] / made.corrections["beta2"]
    rate = made.lr / (sqrt(v_hat) + above_zero(made.hyper["epsilon"]))
    delta = -rate * (m1_hat + made.hyper["alpha"] * made.after["m2"])
    return {"m̂1": m1_hat, "v̂": v_hat, "rate": rate, "Δ": delta}


optimizer = Optimizer(
    name="ademamix",
    title="AdEMAMix",
    summary="Adam that also follows a mean over ten thousand old gradients, still of use to it.",
    paper="Pagliardini, Ablin & Grangier 2025, The AdEMAMix optimizer, section 3",
    year=2024,
    hyperparameters=(
        lr(0.001),
        BETA1,
        BETA2,
        memory("beta3", 0.9999, "how long the slow mean remembers: about 1/(1-beta3) steps"),
        Hyperparameter("alpha", 5.0, "how much the slow mean counts", high=1000, log=True),
        epsilon(1e-8),
    ),
    slots=("m1", "m2", "v"),
    step=step,
    corrected=3,
    formula=(
        "m1 ← β₁·m1 + (1-β₁)·g",
        "m2 ← β₃·m2 + (1-β₃)·g",
        "v ← β₂·v + (1-β₂)·g²",
        "m̂1 = m1/(1-β₁ᵗ)",
        "v̂ = v/(1-β₂ᵗ)",
        "rate = lr/(√v̂ + ε)",
        "Δ = -rate·(m̂1 + α·m2)",
    ),
    terms=terms,
)
