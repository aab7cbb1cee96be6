"""Signum: m ← β·m + (1-β)·g, then w ← w - lr·sign(m). With β = 0 it is signSGD."""

from optplay.arithmetic import where
from optplay.arrays import np
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import beta, lr


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m = state[0]
    beta = hyper[0]
    for i in range(w.size):
        m[i] = beta * m[i] + (1 - beta) * g[i]
        w[i] -= where(m[i] > 0, lr, where(m[i] < 0, -lr, m[i]))


def terms(made: Made) -> dict[str, Term]:
    return {"Δ": -made.lr * np.sign(made.after["m"])}


optimizer = Optimizer(
    name="signum",
    title="Signum",
    summary="Steps of one size in the direction of the mean gradient's sign.",
    paper="Bernstein et al. 2018, signSGD: compressed optimisation, Algorithm 2",
    year=2018,
    hyperparameters=(lr(0.001), beta(0.9, "how long the mean gradient is remembered")),
    slots=("m",),
    step=step,
    corrected=0,
    formula=("m ← β·m + (1-β)·g", "Δ = -lr·sign(m)"),
    terms=terms,
)
