"""Stochastic gradient descent: w ← w - lr·g."""

from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import lr
from optplay.optim.stability import descent


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    for i in range(w.size):
        w[i] -= lr * g[i]


def terms(made: Made) -> dict[str, Term]:
    return {"Δ": -made.lr * made.g}


optimizer = Optimizer(
    name="sgd",
    title="SGD",
    summary="Steps straight down the gradient; the yardstick for all others.",
    paper="Robbins & Monro 1951, A stochastic approximation method",
    year=1951,
    hyperparameters=(lr(0.01),),
    slots=(),
    step=step,
    corrected=0,
    formula=("Δ = -lr·g",),
    terms=terms,
    stability=descent,
)
