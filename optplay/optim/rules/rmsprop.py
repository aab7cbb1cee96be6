"""RMSProp: v ← β·v + (1-β)·g², then w ← w - lr·g/(√v + ε)."""

from optplay.arithmetic import sqrt
from optplay.optim.declaration import Floats, Optimizer, Term
from optplay.optim.hyperparameters import beta, epsilon, lr
from optplay.optim.stability import descent


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v = state[0]
    beta, epsilon = hyper[0], hyper[1]
    for i in range(w.size):
        v[i] = beta * v[i] + (1 - beta) * g[i] * g[i]
        w[i] -= lr * g[i] / (sqrt(v[i]) + epsilon)


def rates(state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int) -> Floats:
    rate: Floats = lr / (sqrt(state[0]) + hyper[1])
    return rate


def terms(
    g: Floats, before: Floats, after: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> dict[str, Term]:
    return {"Δ": -lr * g / (sqrt(after[0]) + hyper[1])}


optimizer = Optimizer(
    name="rmsprop",
    title="RMSProp",
    summary="Divides by the recent size of each gradient, so that all parameters move alike.",
    paper="Tieleman & Hinton 2012, Neural Networks for Machine Learning, lecture 6.5",
    year=2012,
    hyperparameters=(
        lr(0.001),
        beta(0.9, "how long squared gradients are remembered: about 1/(1-beta) steps"),
        epsilon(1e-8),
    ),
    slots=("v",),
    step=step,
    rates=rates,
    formula=("v ← β·v + (1-β)·g²", "Δ = -lr·g/(√v + ε)"),
    terms=terms,
    stability=descent,
)
