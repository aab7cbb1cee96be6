"""Yogi: Adam whose v moves by a part of g² whatever it is itself, so that it falls no faster.

m ← β₁·m + (1-β₁)·g,  v ← v - (1-β₂)·sign(v-g²)·g²,  w ← w - lr·m̂/(√v̂ + ε)
with m̂ = m/(1-β₁ᵗ) and v̂ = v/(1-β₂ᵗ). Both start at `initial`, as in pytorch_optimizer, so that
even what gets no gradient moves a little at first; the paper starts v from a batch's g².
"""

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, BETA2, above_zero, epsilon, lr
from optplay.optim.stability import mean_gradient


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v = state[0], state[1]
    beta1, beta2, epsilon, initial = hyper[0], hyper[1], above_zero(hyper[2]), hyper[3]
    rate, v_scale = lr / corrections[0], 1 / sqrt(corrections[1])
    if t == 1:
        for i in range(w.size):
            m[i] = initial
            v[i] = initial
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        square = g[i] * g[i]
        change = where(v[i] > square, -square, where(v[i] < square, square, v[i] - square))
        v[i] += (1 - beta2) * change
        w[i] -= rate * m[i] / (sqrt(v[i]) * v_scale + epsilon)


def terms(made: Made) -> dict[str, Term]:
    m_hat = made.after["m"] / made.corrections["beta1"]
    v_hat = made.after["v"] / made.corrections["beta2"]
    rate = made.lr / (sqrt(v_hat) + above_zero(made.hyper["epsilon"]))
    return {"m̂": m_hat, "v̂": v_hat, "rate": rate, "Δ": -rate * m_hat}


optimizer = Optimizer(
    name="yogi",
    title="Yogi",
    summary="Adam whose rates can't leap up again after a spell of small gradients.",
    paper="Zaheer et al. 2018, Adaptive methods for nonconvex optimization, Algorithm 2",
    year=2018,
    hyperparameters=(
        lr(0.01),
        BETA1,
        BETA2,
        epsilon(1e-3),
        Hyperparameter("initial", 1e-6, "what both averages start at", log=True),
    ),
    slots=("m", "v"),
    step=step,
    corrected=2,
    formula=(
        "m ← β₁·m + (1-β₁)·g, from `initial`",
        "v ← v - (1-β₂)·sign(v-g²)·g², from `initial`",
        "m̂ = m/(1-β₁ᵗ)",
        "v̂ = v/(1-β₂ᵗ)",
        "rate = lr/(√v̂ + ε)",
        "Δ = -rate·m̂",
    ),
    terms=terms,
    stability=mean_gradient,
)
