"""AdaDelta: a step as long as recent steps were, so that units fit and lr is nearly free.

v ← ρ·v + (1-ρ)·g²,  δ = √(u + ε)/√(v + ε)·g,  u ← ρ·u + (1-ρ)·δ²,  w ← w - lr·δ

Its rate is the one that the next step starts from, with u as it is after this one: what the state
tells after a step is not what the step used, but once u is warm both are nearly the same.
"""

from optplay.arithmetic import sqrt
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import above_zero, epsilon, lr, memory


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v, u = state[0], state[1]
    rho, epsilon = hyper[0], hyper[1]
    floor = above_zero(epsilon)
    for i in range(w.size):
        v[i] = rho * v[i] + (1 - rho) * g[i] * g[i]
        delta = sqrt(u[i] + epsilon) / sqrt(v[i] + floor) * g[i]
        u[i] = rho * u[i] + (1 - rho) * delta * delta
        w[i] -= lr * delta


def terms(made: Made) -> dict[str, Term]:
    epsilon, before, after = made.hyper["epsilon"], made.before, made.after
    rate = made.lr * sqrt(before["u"] + epsilon) / sqrt(after["v"] + above_zero(epsilon))
    return {"rate": rate, "Δ": -rate * made.g}


optimizer = Optimizer(
    name="adadelta",
    title="AdaDelta",
    summary="Finds its own step sizes from the steps before, at the price of a slow start.",
    paper="Zeiler 2012, ADADELTA: an adaptive learning rate method, Algorithm 1",
    year=2012,
    hyperparameters=(
        lr(1.0),
        memory("rho", 0.9, "how long squared gradients and steps are remembered"),
        epsilon(1e-6),
    ),
    slots=("v", "u"),
    step=step,
    corrected=0,
    formula=(
        "v ← ρ·v + (1-ρ)·g²",
        "rate = lr·√(u + ε)/√(v + ε)",
        "u ← ρ·u + (1-ρ)·(rate/lr·g)²",
        "Δ = -rate·g",
    ),
    terms=terms,
)
