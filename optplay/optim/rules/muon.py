"""Muon: momentum of which each matrix is made orthogonal, nearly: all its directions equally long.

m ← β·m + (1-β)·g,  u = (1-β)·g + β·m,  w ← w - lr·√max(1, rows/columns)·NS(u)
NS(u) takes singular values to [0.68, 1.14], by five steps of Newton and Schulz: from X = u/‖u‖,
transposed if it is tall, X ← 3.4445·X + (-4.775·A + 2.0315·A²)·X with A = X·Xᵀ. NS(0) is 0.
Vectors go by Adam, with `adam_lr`, which follows the schedule as lr does.
"""

from optplay.arithmetic import sqrt, where
from optplay.arithmetic.norms import norm
from optplay.arithmetic.tensors import matrix
from optplay.arrays import Ints
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import beta, epsilon, lr, memory
from optplay.optim.matrices import length, multiply, multiply_turned, product
from optplay.optim.slots import slot
from optplay.optim.vectors import adam, adam_terms

STEPS = 5
ONE, THREE, FIVE = 3.4445, -4.7750, 2.0315


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    m, v = slot(state, places, 0), slot(state, places, 1)
    rows, columns = w.shape[0], w.shape[1]
    if places[0, 3] == 1:
        adam(
            w, g, m, v, hyper[2], hyper[3], hyper[4], corrections[2], corrections[3], hyper[1]
        )  # fmt: skip
    else:
        beta, tall = hyper[0], rows >= columns
        long, short = max(rows, columns), min(rows, columns)
        # Always tall: A is then as small as it can be, and all loops go along rows.
        x = matrix(state[2], places[3, 0], long, short)
        a = matrix(state[3], places[4, 0], short, short)
        b = matrix(state[4], places[5, 0], short, short)
        for i in range(rows):
            for j in range(columns):
                m[i, j] = beta * m[i, j] + (1 - beta) * g[i, j]
                u = (1 - beta) * g[i, j] + beta * m[i, j]
                if tall:
                    x[i, j] = u
                else:
                    x[j, i] = u
        orthogonalize(x, a, b)
        rate = lr * sqrt(max(1.0, rows / columns))
        for i in range(rows):
            for j in range(columns):
                w[i, j] -= rate * (x[i, j] if tall else x[j, i])


def orthogonalize(x: Floats, a: Floats, b: Floats) -> None:
    """X (n, k) ← NS(X), n ≥ k.

    Args:
        a, b: (k, k) room.
    """
    size = length(x)
    size = where(size > 0.0, size, 1.0)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = x[i, j] / size
    for _ in range(STEPS):
        multiply_turned(x, x, a)
        multiply(a, a, b)
        for i in range(x.shape[1]):
            for j in range(x.shape[1]):
                b[i, j] = THREE * a[i, j] + FIVE * b[i, j]
        # X·B, row by row into the first row of A, which is of no use any more.
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                a[0, j] = ONE * x[i, j]
            for k in range(x.shape[1]):
                factor = x[i, k]
                for j in range(x.shape[1]):
                    a[0, j] += factor * b[k, j]
            for j in range(x.shape[1]):
                x[i, j] = a[0, j]


def terms(made: Made) -> dict[str, Term]:
    hyper = made.hyper
    if made.vector:
        return adam_terms(
            made, made.corrections["beta1"], made.corrections["beta2"], hyper["adam_lr"]
        )
    u = (1 - hyper["beta"]) * made.g + hyper["beta"] * made.after["m"]
    tall = len(u) >= u.shape[1]
    x = (u if tall else u.T) / (norm(u.ravel()) or 1.0)
    for _ in range(STEPS):
        a = product(x.T, x)
        x = ONE * x + product(x, THREE * a + FIVE * product(a, a))
    x = x if tall else x.T
    rate = made.lr * sqrt(max(1.0, len(u) / u.shape[1]))
    return {"u": u, "NS(u)": x, "Δ": -rate * x}


optimizer = Optimizer(
    name="muon",
    title="Muon",
    summary="Momentum for matrices that goes equally far in each of their directions.",
    paper="Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks, "
    "section Definition",
    year=2024,
    hyperparameters=(
        lr(0.02),
        beta(0.95, "how long past gradients go on pushing: about 1/(1-beta) steps"),
        Hyperparameter(
            "adam_lr", 0.003, "the learning rate of vectors, which go by Adam", high=1000, log=True
        ),
        memory("beta1", 0.9, "vectors: how long the mean gradient is remembered"),
        memory("beta2", 0.95, "vectors: how long squared gradients are remembered"),
        epsilon(1e-8),
    ),
    slots=("m", "v"),
    step=step,
    formula=(
        "m ← β·m + (1-β)·g, of a vector β₁·m + (1-β₁)·g",
        "u = (1-β)·g + β·m",
        "NS(u) = u with all singular values near 1, by five steps of Newton and Schulz",
        "v ← β₂·v + (1-β₂)·g², of a vector",
        "m̂ = m/(1-β₁ᵗ), of a vector",
        "v̂ = v/(1-β₂ᵗ), of a vector",
        "Δ = -lr·√max(1, rows/columns)·NS(u), of a vector -adam_lr·m̂/(√v̂ + ε)",
    ),
    terms=terms,
    no_rates="its step is a matrix product",
    scope="tensor",
    scheduled=("adam_lr",),
    scratch=(Slot("X"), Slot("A"), Slot("B")),
    matrices=True,
)
