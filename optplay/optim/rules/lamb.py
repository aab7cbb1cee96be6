"""LAMB: Adam whose step is made as long as the weights, in each layer.

m̂ and v̂ as Adam,  u = m̂/(√v̂ + ε) + trust_decay·w,  w ← w - lr·(‖w‖/‖u‖)·u
A tensor without length, or without a step, goes by w ← w - lr·u, as in optax: else what starts at
zero would stay there. With ε = 0, m̂/√v̂ is 0 where v̂ is.
"""

from optplay.arithmetic import sqrt, where
from optplay.arithmetic.norms import norm
from optplay.arrays import Ints, np
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import BETA1, BETA2, epsilon, lr
from optplay.optim.matrices import length, ratio
from optplay.optim.slots import slot
from optplay.optim.vectors import over


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    m, v, u = slot(state, places, 0), slot(state, places, 1), slot(state, places, 2)
    beta1, beta2, epsilon, trust_decay = hyper[0], hyper[1], hyper[2], hyper[3]
    m_scale, v_scale = 1 / corrections[0], 1 / sqrt(corrections[1])
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            m[i, j] = beta1 * m[i, j] + (1 - beta1) * g[i, j]
            v[i, j] = beta2 * v[i, j] + (1 - beta2) * g[i, j] * g[i, j]
            mean = ratio(m_scale * m[i, j], sqrt(v[i, j]) * v_scale + epsilon)
            u[i, j] = mean + trust_decay * w[i, j]
    of_weights, of_step = length(w), length(u)
    known = (of_weights > 0.0) & (of_step > 0.0)
    long, size = where(known, lr * of_weights, lr), where(known, of_step, 1.0)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            w[i, j] -= long * (u[i, j] / size)


def terms(made: Made) -> dict[str, Term]:
    m_hat = made.after["m"] / made.corrections["beta1"]
    v_hat = made.after["v"] / made.corrections["beta2"]
    u = over(m_hat, v_hat, made.hyper["epsilon"]) + made.hyper["trust_decay"] * made.w
    of_weights, of_step = norm(made.w.ravel()), norm(u.ravel())
    r = of_weights / of_step if of_weights > 0 and of_step > 0 else 1.0
    rate = made.lr * r / (np.sqrt(v_hat) + made.hyper["epsilon"])
    return {"m̂": m_hat, "v̂": v_hat, "u": u, "r": r, "rate": rate, "Δ": -made.lr * r * u}


optimizer = Optimizer(
    name="lamb",
    title="LAMB",
    summary="Adam with a rate of its own for every layer, for very large batches.",
    paper="You et al. 2020, Large batch optimization for deep learning: training BERT in 76 "
    "minutes, Algorithm 2",
    year=2019,
    hyperparameters=(
        lr(0.001),
        BETA1,
        BETA2,
        epsilon(1e-6),
        Hyperparameter(
            "trust_decay", 0.01, "weight decay that counts in the length of the step", log=True
        ),
    ),
    slots=("m", "v"),
    step=step,
    formula=(
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·g²",
        "m̂ = m/(1-β₁ᵗ)",
        "v̂ = v/(1-β₂ᵗ)",
        "u = m̂/(√v̂ + ε) + trust_decay·w",
        "r = ‖w‖/‖u‖, or 1 where one of the two is 0",
        "rate = lr·r/(√v̂ + ε)",
        "Δ = -lr·r·u",
    ),
    terms=terms,
    scope="tensor",
    scratch=(Slot("u"),),
)
