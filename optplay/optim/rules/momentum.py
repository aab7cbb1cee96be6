"""Momentum, the heavy ball: v ← β·v + g, then w ← w - lr·v."""

from optplay.optim.declaration import Floats, Optimizer, Term
from optplay.optim.hyperparameters import beta, lr
from optplay.optim.stability import heavy_ball


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v = state[0]
    beta = hyper[0]
    for i in range(w.size):
        v[i] = beta * v[i] + g[i]
        w[i] -= lr * v[i]


def terms(
    g: Floats, before: Floats, after: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> dict[str, Term]:
    return {"Δ": -lr * after[0]}


optimizer = Optimizer(
    name="momentum",
    title="Momentum",
    summary="Sums past gradients, so that it speeds up along ravines and swings less across them.",
    paper="Polyak 1964, Some methods of speeding up the convergence of iteration methods, eq. 9",
    year=1964,
    hyperparameters=(lr(0.01), beta(0.9, "how much of the velocity survives a step")),
    slots=("v",),
    step=step,
    formula=("v ← β·v + g", "Δ = -lr·v"),
    terms=terms,
    stability=heavy_ball,
)
