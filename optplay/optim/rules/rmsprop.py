"""RMSProp: v ← β·v + (1-β)·g², then w ← w - lr·g/(√v + ε).

`centered` divides by √(v - a²) in place of √v, with a the mean of the gradients: by how much they
vary (Graves 2013, Generating sequences with recurrent neural networks, eq. 38-41; rounding may lead
below zero, where PyTorch has no number). `momentum` μ sums the steps: m ← μ·m + g/(√v + ε), then
w ← w - lr·m, as PyTorch has it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Term
from optplay.optim.hyperparameters import above_zero, beta, epsilon, lr, memory


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v = state[0]
    beta, epsilon = hyper[0], above_zero(hyper[1])
    for i in range(w.size):
        v[i] = beta * v[i] + (1 - beta) * g[i] * g[i]
        w[i] -= lr * g[i] / (sqrt(v[i]) + epsilon)


def step_centered(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v, a = state[0], state[1]
    beta, epsilon = hyper[0], above_zero(hyper[1])
    for i in range(w.size):
        v[i] = beta * v[i] + (1 - beta) * g[i] * g[i]
        a[i] = beta * a[i] + (1 - beta) * g[i]
        w[i] -= lr * g[i] / (_deviation(v[i], a[i]) + epsilon)


def step_with_momentum(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v, m = state[0], state[1]
    beta, epsilon, momentum = hyper[0], above_zero(hyper[1]), hyper[3]
    for i in range(w.size):
        v[i] = beta * v[i] + (1 - beta) * g[i] * g[i]
        m[i] = momentum * m[i] + g[i] / (sqrt(v[i]) + epsilon)
        w[i] -= lr * m[i]


def step_centered_with_momentum(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    v, a, m = state[0], state[1], state[2]
    beta, epsilon, momentum = hyper[0], above_zero(hyper[1]), hyper[3]
    for i in range(w.size):
        v[i] = beta * v[i] + (1 - beta) * g[i] * g[i]
        a[i] = beta * a[i] + (1 - beta) * g[i]
        m[i] = momentum * m[i] + g[i] / (_deviation(v[i], a[i]) + epsilon)
        w[i] -= lr * m[i]


def _deviation(v: Any, a: Any) -> Any:
    """√(v - a²), or 0 where rounding leads below it."""
    variance = v - a * a
    return sqrt(where(variance < 0, 0.0, variance))


def terms(made: Made) -> dict[str, Term]:
    after = made.after
    root = _deviation(after["v"], after["a"]) if "a" in after else sqrt(after["v"])
    rate = made.lr / (root + above_zero(made.hyper["epsilon"]))
    return {"rate": rate, "Δ": -made.lr * after["m"] if "m" in after else -rate * made.g}


def stability(hyper: Mapping[str, float]) -> float:
    """2 + 2μ, the heavy ball's."""
    return 2 + 2 * hyper["momentum"]


def variant(hyper: Mapping[str, float]) -> str:
    return " ".join(name for name in ("centered", "momentum") if hyper.get(name))


V, A, M = "v ← β·v + (1-β)·g²", "a ← β·a + (1-β)·g", "m ← μ·m + rate/lr·g"
RATE, CENTERED = "rate = lr/(√v + ε)", "rate = lr/(√(v - a²) + ε)"

plain = Optimizer(
    name="rmsprop",
    title="RMSProp",
    summary="Divides by the recent size of each gradient, so that all parameters move alike.",
    paper="Tieleman & Hinton 2012, Neural Networks for Machine Learning, lecture 6.5",
    year=2012,
    hyperparameters=(
        lr(0.001),
        beta(0.9, "how long squared gradients are remembered: about 1/(1-beta) steps"),
        epsilon(1e-8),
        Hyperparameter("centered", False, "divides by how much gradients vary around their mean"),
        memory("momentum", 0.0, "how much of the last step is made again"),
    ),
    slots=("v",),
    step=step,
    corrected=0,
    formula=(V, RATE, "Δ = -rate·g"),
    terms=terms,
    stability=stability,
)

optimizer = replace(
    plain,
    variant=variant,
    variants={
        "centered": replace(
            plain, slots=("v", "a"), step=step_centered, formula=(V, A, CENTERED, "Δ = -rate·g")
        ),
        "momentum": replace(
            plain, slots=("v", "m"), step=step_with_momentum, formula=(V, RATE, M, "Δ = -lr·m")
        ),
        "centered momentum": replace(
            plain,
            slots=("v", "a", "m"),
            step=step_centered_with_momentum,
            formula=(V, A, CENTERED, M, "Δ = -lr·m"),
        ),
    },
)
