"""AdaGrad: s ← s + g², then w ← w - lr·g/(√s + ε).

With `lr_decay`, lr is divided by 1 + (t-1)·lr_decay; s starts at `initial`. Both are PyTorch's.
"""

from dataclasses import replace

from optplay.arithmetic import sqrt
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Term
from optplay.optim.hyperparameters import above_zero, epsilon, lr
from optplay.optim.stability import descent


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    s = state[0]
    epsilon, initial = above_zero(hyper[0]), hyper[2]
    if t == 1:
        for i in range(w.size):
            s[i] = initial
    for i in range(w.size):
        s[i] += g[i] * g[i]
        w[i] -= lr * g[i] / (sqrt(s[i]) + epsilon)


def step_decaying(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    step(w, g, state, hyper, corrections, lr / (1 + (t - 1) * hyper[1]), t)


def terms(made: Made) -> dict[str, Term]:
    rate = made.lr / (sqrt(made.after["s"]) + above_zero(made.hyper["epsilon"]))
    return {"rate": rate, "Δ": -rate * made.g}


def terms_decaying(made: Made) -> dict[str, Term]:
    lr = made.lr / (1 + (made.t - 1) * made.hyper["lr_decay"])
    return {"lrₜ": lr, **terms(made._replace(lr=lr))}


plain = Optimizer(
    name="adagrad",
    title="AdaGrad",
    summary="Slows every parameter by all the gradients it ever had; good where some are rare.",
    paper="Duchi, Hazan & Singer 2011, Adaptive subgradient methods, section 1.1",
    year=2011,
    hyperparameters=(
        lr(0.01),
        epsilon(1e-10),
        Hyperparameter("lr_decay", 0.0, "lr is divided by 1 + (t-1)·lr_decay", high=1000, log=True),
        Hyperparameter("initial", 0.0, "what the sums start at", high=1000, log=True),
    ),
    slots=("s",),
    step=step,
    corrected=0,
    formula=("s ← s + g², from `initial`", "rate = lr/(√s + ε)", "Δ = -rate·g"),
    terms=terms,
    stability=descent,
)

optimizer = replace(
    plain,
    variant=lambda hyper: "decaying" if hyper.get("lr_decay") else "",
    variants={
        "decaying": replace(
            plain,
            step=step_decaying,
            formula=(
                plain.formula[0],
                "lrₜ = lr/(1 + (t-1)·lr_decay)",
                "rate = lrₜ/(√s + ε)",
                "Δ = -rate·g",
            ),
            terms=terms_decaying,
        )
    },
)
