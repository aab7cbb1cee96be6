"""Nesterov's momentum: the gradient is taken where the velocity is about to lead.

The textbook keeps w, takes g at the lookahead w - lr·β·v, then v ← β·v + g and w ← w - lr·v.
Here w *is* the lookahead: v ← β·v + g, then w ← w - lr·(g + β·v), the change of variables of
PyTorch and Keras. With a constant lr both take their gradients at the same points.
"""

from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import beta, lr
from optplay.optim.stability import nesterov


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v = state[0]
    beta = hyper[0]
    for i in range(w.size):
        v[i] = beta * v[i] + g[i]
        w[i] -= lr * (g[i] + beta * v[i])


def terms(made: Made) -> dict[str, Term]:
    return {"Δ": -made.lr * (made.g + made.hyper["beta"] * made.after["v"])}


optimizer = Optimizer(
    name="nesterov",
    title="Nesterov",
    summary="Momentum that looks ahead, so that it brakes before it overshoots.",
    paper="Nesterov 1983; in the form of Sutskever et al. 2013, eq. 3-4",
    year=1983,
    hyperparameters=(lr(0.01), beta(0.9, "how much of the velocity survives a step")),
    slots=("v",),
    step=step,
    corrected=0,
    formula=("v ← β·v + g", "Δ = -lr·(g + β·v)"),
    terms=terms,
    stability=nesterov,
)
