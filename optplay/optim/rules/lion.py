"""Lion: w ← w - lr·sign(β₁·m + (1-β₁)·g), then m ← β₂·m + (1-β₂)·g."""

from optplay.arithmetic import where
from optplay.arrays import np
from optplay.optim.declaration import Floats, Made, Optimizer, Term
from optplay.optim.hyperparameters import lr, memory


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    m = state[0]
    beta1, beta2 = hyper[0], hyper[1]
    for i in range(w.size):
        c = beta1 * m[i] + (1 - beta1) * g[i]
        w[i] -= where(c > 0, lr, where(c < 0, -lr, c))
        m[i] = beta2 * m[i] + (1 - beta2) * g[i]


def terms(made: Made) -> dict[str, Term]:
    c = made.hyper["beta1"] * made.before["m"] + (1 - made.hyper["beta1"]) * made.g
    return {"c": c, "Δ": -made.lr * np.sign(c)}


optimizer = Optimizer(
    name="lion",
    title="Lion",
    summary="Steps of one size in the direction of the sign; found by a search over programs.",
    paper="Chen et al. 2023, Symbolic discovery of optimization algorithms, Algorithm 2",
    year=2023,
    hyperparameters=(
        lr(0.0001),
        memory("beta1", 0.9, "how much of the mean decides this step"),
        memory("beta2", 0.99, "how long the mean gradient is remembered"),
    ),
    slots=("m",),
    step=step,
    corrected=0,
    formula=("c = β₁·m + (1-β₁)·g", "Δ = -lr·sign(c)", "m ← β₂·m + (1-β₂)·g"),
    terms=terms,
)
