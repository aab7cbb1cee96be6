"""AdaGrad: s ← s + g², then w ← w - lr·g/(√s + ε)."""

from optplay.arithmetic import sqrt
from optplay.optim.declaration import Floats, Optimizer, Term
from optplay.optim.hyperparameters import epsilon, lr
from optplay.optim.stability import descent


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    s = state[0]
    epsilon = hyper[0]
    for i in range(w.size):
        s[i] += g[i] * g[i]
        w[i] -= lr * g[i] / (sqrt(s[i]) + epsilon)


def rates(state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int) -> Floats:
    rate: Floats = lr / (sqrt(state[0]) + hyper[0])
    return rate


def terms(
    g: Floats, before: Floats, after: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> dict[str, Term]:
    return {"Δ": -lr * g / (sqrt(after[0]) + hyper[0])}


optimizer = Optimizer(
    name="adagrad",
    title="AdaGrad",
    summary="Slows every parameter by all the gradients it ever had; good where some are rare.",
    paper="Duchi, Hazan & Singer 2011, Adaptive subgradient methods, section 1.1",
    year=2011,
    hyperparameters=(lr(0.01), epsilon(1e-10)),
    slots=("s",),
    step=step,
    rates=rates,
    formula=("s ← s + g²", "Δ = -lr·g/(√s + ε)"),
    terms=terms,
    stability=descent,
)
