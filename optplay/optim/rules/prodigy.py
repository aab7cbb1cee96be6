"""Prodigy: Adam that finds its own learning rate, from how far the weights have come.

With d a lower bound of the distance from the start w₀ to the goal, ⟨g, w₀-w⟩ the slope towards the
start, and all sums over all parameters:

m ← β₁·m + d·(1-β₁)·g,  v ← β₂·v + d²·(1-β₂)·g²
num ← √β₂·num + d/d₀·d·lr·⟨g, w₀-w⟩,  s ← √β₂·s + d/d₀·d·lr·g,  d⁺ = max(d, num/‖s‖₁)
w ← w - d·lr·m/(√v + d⁺·ε),  d ← d⁺

While s is 0, d stays.
"""

from optplay.arithmetic import sqrt, where
from optplay.arrays import Ints, np
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import BETA1, BETA2, above_zero, epsilon, lr
from optplay.optim.slots import slot


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    m, v, s = slot(state, places, 0), slot(state, places, 1), slot(state, places, 2)
    w0, distance, num = slot(state, places, 3), slot(state, places, 4), slot(state, places, 5)
    beta1, beta2, epsilon, d0 = hyper[0], hyper[1], hyper[2], hyper[3]
    d = where(t > 1, distance[0, 0], d0)
    rate = d * lr
    share, fading = d / d0 * rate, sqrt(beta2)
    slope = size = 0.0
    for i in range(w.shape[0]):
        slope += g[i, 0] * (w0[i, 0] - w[i, 0])
        s[i, 0] = fading * s[i, 0] + share * g[i, 0]
        size += abs(s[i, 0])
        m[i, 0] = beta1 * m[i, 0] + d * (1 - beta1) * g[i, 0]
        v[i, 0] = beta2 * v[i, 0] + d * d * (1 - beta2) * g[i, 0] * g[i, 0]
    num[0, 0] = fading * num[0, 0] + share * slope
    found = where(size > 0, num[0, 0] / where(size > 0, size, 1.0), d)
    longer = where(found > d, found, d)
    distance[0, 0] = longer
    for i in range(w.shape[0]):
        w[i, 0] -= rate * m[i, 0] / (sqrt(v[i, 0]) + above_zero(longer * epsilon))


def terms(made: Made) -> dict[str, Term]:
    d = made.before["d"] if made.t > 1 else made.hyper["d0"]
    least = above_zero(made.after["d"].item() * made.hyper["epsilon"])
    rate = d * made.lr / (sqrt(made.after["v"]) + least)
    size = np.abs(made.after["s"]).sum()
    found = {"d′": float(made.after["num"].item() / size)} if size else {}
    return {**found, "rate": rate, "Δ": -rate * made.after["m"]}


optimizer = Optimizer(
    name="prodigy",
    title="Prodigy",
    summary="Adam that estimates how far it has to go, and so needs no learning rate.",
    paper="Mishchenko & Defazio 2024, Prodigy: an expeditiously adaptive parameter-free learner, "
    "Algorithm 4",
    year=2023,
    hyperparameters=(
        lr(1.0),
        BETA1,
        BETA2,
        epsilon(1e-8),
        Hyperparameter(
            "d0", 1e-6, "the first guess of the distance to the goal: any that is small enough",
            low_open=True, log=True,
        ),
    ),
    slots=("m", "v", "s", Slot("w0", start="weights"), Slot("d", "one"), Slot("num", "one")),
    step=step,
    formula=(
        "w0 ← w0, the weights at the start",
        "num ← √β₂·num + d/d₀·d·lr·⟨g, w0-w⟩",
        "s ← √β₂·s + d/d₀·d·lr·g",
        "m ← β₁·m + d·(1-β₁)·g",
        "v ← β₂·v + d²·(1-β₂)·g²",
        "d′ = num/‖s‖₁",
        "d ← max(d, d′), d₀ at first",
        "rate = lr·d_before/(√v + d·ε)",
        "Δ = -rate·m",
    ),
    terms=terms,
    scope="whole",
)  # fmt: skip
