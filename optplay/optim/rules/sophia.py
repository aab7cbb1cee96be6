"""Sophia: momentum over the curvature of each parameter, cut to ±1 where that is small or negative.

m ← β₁·m + (1-β₁)·g,  w ← w - lr·clip(m/max(ρ·h, ε), ±1)
and every so many steps h ← β₂·h + (1-β₂)·diagonal of the Hessian of the batch's loss.

The diagonal is exact here, where the paper estimates it.
"""

from optplay.arrays import Ints, np
from optplay.optim.declaration import Curvature, Floats, Hyperparameter, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import epsilon, every, lr, memory
from optplay.optim.intervals import due
from optplay.optim.slots import slot


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    m, h, hessian = slot(state, places, 0), slot(state, places, 1), slot(state, places, 2)
    beta1, beta2, rho, epsilon, every = hyper[0], hyper[1], hyper[2], hyper[3], hyper[4]
    if due(t, every):
        for i in range(w.shape[0]):
            h[i, 0] = beta2 * h[i, 0] + (1 - beta2) * hessian[i, i]
    for i in range(w.shape[0]):
        m[i, 0] = beta1 * m[i, 0] + (1 - beta1) * g[i, 0]
        u, bend = m[i, 0], max(rho * h[i, 0], epsilon)
        if abs(u) < bend:
            w[i, 0] -= lr * u / bend
        elif u > 0:
            w[i, 0] -= lr
        elif u < 0:
            w[i, 0] += lr
        else:
            w[i, 0] -= lr * u  # 0, or not a number


def terms(made: Made) -> dict[str, Term]:
    m = made.after["m"]
    bend = np.maximum(made.hyper["rho"] * made.after["h"], made.hyper["epsilon"])
    # As long as |m| where it is cut: m/|m| is ±1.
    longest = np.maximum(bend, np.abs(m))
    rate = made.lr / np.where(longest > 0, longest, 1.0)
    return {"rate": rate, "Δ": -rate * m}


optimizer = Optimizer(
    name="sophia",
    title="Sophia",
    summary="Goes further where the loss bends less, and nowhere further than lr.",
    paper="Liu et al. 2024, Sophia: a scalable stochastic second-order optimizer for language "
    "model pre-training, Algorithm 3",
    year=2023,
    hyperparameters=(
        lr(0.01),
        memory("beta1", 0.96, "how long the mean gradient is remembered: about 1/(1-beta1) steps"),
        memory("beta2", 0.99, "how long curvature is remembered: about 1/(1-beta2) looks at it"),
        Hyperparameter(
            "rho", 0.04, "how much curvature slows a step: 1 is Newton's, less is cut more often",
            high=1000, low_open=True, log=True,
        ),
        epsilon(1e-12),
        every(10, "how many steps one look at the curvature has to do for"),
    ),
    slots=("m", "h"),
    step=step,
    formula=(
        "h ← β₂·h + (1-β₂)·diagonal of the Hessian, every so many steps",
        "m ← β₁·m + (1-β₁)·g",
        "rate = lr/max(ρ·h, ε, |m|)",
        "Δ = -rate·m",
    ),
    terms=terms,
    scope="whole",
    scratch=(Slot("H", "rows"),),
    alone=True,
    curvature=Curvature("H", "every"),
)  # fmt: skip
