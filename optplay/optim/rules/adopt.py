"""ADOPT: Adam that measures a gradient only by those before it, which mends its proof for any β₂.

At t = 1 only v = g² is set. From then on u = g/max(√v, ε), cut to ±t^¼, with v as it was;
m ← β₁·m + (1-β₁)·u,  w ← w - lr·m,  v ← β₂·v + (1-β₂)·g².
Its authors added the cut later, for first gradients near zero; t is counted as in the package
pytorch_optimizer.
"""

from optplay.arithmetic import sqrt, where
from optplay.arrays import np
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import BETA1, above_zero, epsilon, lr, memory
from optplay.optim.stability import mean_gradient


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m, v = state[0], state[1]
    beta1, beta2, epsilon = hyper[0], hyper[1], above_zero(hyper[2])
    if t == 1:
        for i in range(w.size):
            v[i] = g[i] * g[i]
        return
    most = sqrt(sqrt(float(t)))
    for i in range(w.size):
        root = sqrt(v[i])
        u = g[i] / where(root < epsilon, epsilon, root)
        u = where(u > most, most, where(u < -most, -most, u))
        m[i] = beta1 * m[i] + (1 - beta1) * u
        w[i] -= lr * m[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]


def terms(made: Made) -> dict[str, Term]:
    if made.t == 1:
        return {"Δ": 0.0 * made.g}
    root, epsilon = sqrt(made.before["v"]), above_zero(made.hyper["epsilon"])
    divisor, most = np.maximum(root, epsilon), sqrt(sqrt(float(made.t)))
    u = np.clip(made.g / divisor, -most, most)
    return {"u": u, "rate": made.lr / divisor, "Δ": -made.lr * made.after["m"]}


optimizer = Optimizer(
    name="adopt",
    title="ADOPT",
    summary="Adam whose steps can't be spoilt by the very gradient that they divide by.",
    paper="Taniguchi et al. 2024, ADOPT: modified Adam can converge with any β₂, Algorithm 2",
    year=2024,
    hyperparameters=(
        lr(0.001),
        BETA1,
        memory("beta2", 0.9999, "how long squared gradients are remembered: 1/(1-beta2) steps"),
        epsilon(1e-6),
    ),
    slots=("m", "v"),
    step=step,
    corrected=0,
    formula=(
        "u = g/max(√v, ε) with the old v, cut to ±t^¼; none at first",
        "m ← β₁·m + (1-β₁)·u, or 0 at first",
        "rate = lr/max(√v, ε) with the old v",
        "Δ = -lr·m",
        "v ← β₂·v + (1-β₂)·g², or g² at first",
    ),
    terms=terms,
    stability=mean_gradient,
)
