"""Schedule-free SGD: an average of SGD's weights in place of a schedule that lowers the rate.

Three sequences, of which the weights are y, where gradients are taken: z goes SGD's way,
z ← z - lr·g; x is the mean of all z, to be evaluated; y = (1-β)·z + β·x. Written in y and z:
S ← S + lr²,  c = lr²/S,  y ← y + c·(z-y) - lr·(1 - β·(1-c))·g,  z ← z - lr·g, and x is
y + (1 - 1/β)·(z-y). lr is that of each step: steps of a high rate weigh more in the mean.

Decoupled decay is the pipeline's, of y alone. The authors' own package has λ·y in g's place beside
it: it reaches y by the factors above, and z too.
"""

from optplay.arithmetic import where
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import lr


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    z, s = state[0], state[1]
    beta = hyper[0]
    total, c = weigh(s[0], lr)
    g_part = lr * (1 - beta * (1 - c))
    for i in range(w.size):
        w[i] = w[i] + c * (z[i] - w[i]) - g_part * g[i]
        z[i] -= lr * g[i]
        s[i] = total


def weigh(before: float, lr: float) -> tuple[float, float]:
    """S with this step's weight, and the part c that this step has of it; 0 where all are 0."""
    total = before + lr * lr
    return total, where(total > 0, lr * lr / total, 0.0)


def terms(made: Made) -> dict[str, Term]:
    total, lr, beta = made.after["S"], made.lr, made.hyper["beta"]
    c = lr * lr / where(total > 0, total, 1.0)
    delta = c * (made.before["z"] - made.w) - lr * (1 - beta * (1 - c)) * made.g
    return {"c": c, "Δ": delta}


def evaluated(w: Floats, state: Floats, hyper: Floats, t: int, point: Floats) -> None:
    z, beta = state[0], hyper[0]
    for i in range(w.size):
        point[i] = w[i] + (1 - 1 / beta) * (z[i] - w[i])


optimizer = Optimizer(
    name="schedule_free_sgd",
    title="Schedule-free SGD",
    summary="SGD that needs no decay of its rate, as it is judged by the mean of its weights.",
    paper="Defazio et al. 2024, The road less scheduled, section 2",
    year=2024,
    hyperparameters=(
        lr(1.0),
        Hyperparameter(
            "beta", 0.9, "how near to the mean gradients are taken", low_open=True, high_open=True
        ),
    ),
    slots=(Slot("z", start="weights"), "S"),
    step=step,
    corrected=0,
    formula=(
        "S ← S + lr²",
        "c = lr²/S",
        "Δ = c·(z-w) - lr·(1 - β·(1-c))·g, with the old z",
        "z ← z - lr·g",
    ),
    terms=terms,
    evaluated=evaluated,
)
