"""LARS: momentum whose gradient is made as long as a fraction of the weights, in each layer.

u = g + trust_decay·w,  v ← β·v + trust·(‖w‖/‖u‖)·u,  w ← w - lr·v
A tensor without length, or without gradient, goes by v ← β·v + u, as in optax: else what starts at
zero would stay there.
"""

from optplay.arithmetic import where
from optplay.arithmetic.norms import norm
from optplay.arrays import Ints
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import beta, lr
from optplay.optim.matrices import length
from optplay.optim.slots import slot

TRUST_DECAY = Hyperparameter(
    "trust_decay", 0.01, "weight decay that counts in the length of the step", log=True
)


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    v, u = slot(state, places, 0), slot(state, places, 1)
    beta, trust, trust_decay = hyper[0], hyper[1], hyper[2]
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            u[i, j] = g[i, j] + trust_decay * w[i, j]
    of_weights, of_step = length(w), length(u)
    known = (of_weights > 0.0) & (of_step > 0.0)
    long, size = where(known, trust * of_weights, 1.0), where(known, of_step, 1.0)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            v[i, j] = beta * v[i, j] + long * (u[i, j] / size)
            w[i, j] -= lr * v[i, j]


def terms(made: Made) -> dict[str, Term]:
    u = made.g + made.hyper["trust_decay"] * made.w
    of_weights, of_step = norm(made.w.ravel()), norm(u.ravel())
    known = of_weights > 0 and of_step > 0
    r = made.hyper["trust"] * of_weights / of_step if known else 1.0
    return {"u": u, "r": r, "rate": made.lr * r, "Δ": -made.lr * made.after["v"]}


optimizer = Optimizer(
    name="lars",
    title="LARS",
    summary="Momentum with a rate of its own for every layer, for very large batches.",
    paper="You, Gitman & Ginsburg 2017, Large batch training of convolutional networks, "
    "Algorithm 1",
    year=2017,
    hyperparameters=(
        lr(0.1),
        beta(0.9, "how long past gradients go on pushing: about 1/(1-beta) steps"),
        Hyperparameter(
            "trust", 0.001, "the length of a step, by that of the weights", low_open=True, log=True
        ),
        TRUST_DECAY,
    ),
    slots=("v",),
    step=step,
    formula=(
        "u = g + trust_decay·w",
        "r = trust·‖w‖/‖u‖, or 1 where one of the two is 0",
        "v ← β·v + r·u",
        "rate = lr·r",
        "Δ = -lr·v",
    ),
    terms=terms,
    scope="tensor",
    scratch=(Slot("u"),),
)
