"""Momentum, the heavy ball: v ← β·v + g, then w ← w - lr·v.

With `dampening` τ, v ← β·v + (1-τ)·g from the second step on, as PyTorch has it; with τ = β that is
the mean of the gradients, whose first one counts in full.
"""

from dataclasses import replace

from optplay.arithmetic import where
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import beta, lr, memory
from optplay.optim.stability import heavy_ball


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v = state[0]
    beta = hyper[0]
    for i in range(w.size):
        v[i] = beta * v[i] + g[i]
        w[i] -= lr * v[i]


def step_dampened(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v = state[0]
    beta, kept = hyper[0], where(t > 1, 1 - hyper[1], 1.0)
    for i in range(w.size):
        v[i] = beta * v[i] + kept * g[i]
        w[i] -= lr * v[i]


def terms(made: Made) -> dict[str, Term]:
    return {"Δ": -made.lr * made.after["v"]}


plain = Optimizer(
    name="momentum",
    title="Momentum",
    summary="Sums past gradients, so that it speeds up along ravines and swings less across them.",
    paper="Polyak 1964, Some methods of speeding up the convergence of iteration methods, eq. 9",
    year=1964,
    hyperparameters=(
        lr(0.01),
        beta(0.9, "how much of the velocity survives a step"),
        memory("dampening", 0.0, "how much of each gradient but the first is left out"),
    ),
    slots=("v",),
    step=step,
    corrected=0,
    formula=("v ← β·v + g", "Δ = -lr·v"),
    terms=terms,
    stability=heavy_ball,
)

optimizer = replace(
    plain,
    variant=lambda hyper: "dampened" if hyper.get("dampening") else "",
    variants={
        "dampened": replace(
            plain,
            step=step_dampened,
            formula=("v ← β·v + (1-τ)·g, undampened at first", "Δ = -lr·v"),
        )
    },
)
