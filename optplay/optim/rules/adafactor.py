"""Adafactor: g over a √v of which a matrix keeps only one number per row and one per column.

With b = t^-0.8: R ← R + b·(mean of g² over each row - R), C likewise over each column,
V = R·C/mean(R), U = g/√V, and w ← w - max(0.001, RMS(w))·min(lr, 1/√t)·U/max(1, RMS(U)).
Vectors keep V itself, which is R here. As in PyTorch, mean(R) is taken as at least 2⁻⁵² and V as at
least 2⁻¹⁰⁴, so that no gradient makes no step; one whose square overflows makes none either.
"""

from optplay.arithmetic import power, sqrt, where
from optplay.arithmetic.norms import norm
from optplay.arithmetic.primitives import INF
from optplay.arrays import Ints, np
from optplay.optim.declaration import Floats, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import lr
from optplay.optim.matrices import EPSILON, length
from optplay.optim.slots import slot

# How fast the averages forget less, and the least that weights count as.
FORGETTING, LEAST = -0.8, 1e-3


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    r, c, u = slot(state, places, 0), slot(state, places, 1), slot(state, places, 2)
    rows, columns = w.shape[0], w.shape[1]
    b = power(1.0 * t, FORGETTING)
    for i in range(rows):
        total = 0.0
        for j in range(columns):
            total += g[i, j] * g[i, j]
        r[i, 0] = (1 - b) * r[i, 0] + b * (total / columns)
    if places[0, 3] == 1:
        for i in range(rows):
            u[i, 0] = scaled(g[i, 0], r[i, 0])
    else:
        mean = 0.0
        for i in range(rows):
            mean += r[i, 0]
        mean = max(mean / rows, EPSILON)
        # Row by row, as the matrix lies in memory; the first row of u is overwritten later.
        for j in range(columns):
            u[0, j] = 0.0
        for i in range(rows):
            for j in range(columns):
                u[0, j] += g[i, j] * g[i, j]
        for j in range(columns):
            c[0, j] = (1 - b) * c[0, j] + b * (u[0, j] / rows)
        for i in range(rows):
            for j in range(columns):
                u[i, j] = scaled(g[i, j], r[i, 0] / mean * c[0, j])
    root = sqrt(1.0 * rows * columns)
    long = max(length(w) / root, LEAST) * min(lr, 1 / sqrt(1.0 * t))
    rate = long / max(length(u) / root, 1.0)
    for i in range(rows):
        for j in range(columns):
            w[i, j] -= rate * u[i, j]


def scaled(g: float, v: float) -> float:
    """g/√v."""
    return where(v < INF, g / sqrt(max(v, EPSILON * EPSILON)), 0.0)


def terms(made: Made) -> dict[str, Term]:
    b = power(1.0 * made.t, FORGETTING)
    r, c = made.after["R"], made.after["C"]
    v = r if made.vector else r / max(float(r.mean()), EPSILON) * c
    root = np.sqrt(np.maximum(v, EPSILON * EPSILON))
    u, n = made.g / root, sqrt(1.0 * made.g.size)
    alpha = max(norm(made.w.ravel()) / n, LEAST) * min(made.lr, 1 / sqrt(1.0 * made.t))
    rate = alpha / max(norm(u.ravel()) / n, 1.0) / root
    return {"b": b, "V": root * root, "U": u, "α": alpha, "rate": rate, "Δ": -rate * made.g}


optimizer = Optimizer(
    name="adafactor",
    title="Adafactor",
    summary="Nearly Adam without its memory: a number per row and column instead of a matrix.",
    paper="Shazeer & Stern 2018, Adafactor: adaptive learning rates with sublinear memory cost, "
    "Algorithms 4 and 5",
    year=2018,
    hyperparameters=(lr(0.01),),
    slots=(Slot("R", "row"), Slot("C", "column")),
    step=step,
    formula=(
        "b = t^-0.8",
        "R ← R + b·(mean of g² over each row - R)",
        "C ← C + b·(mean of g² over each column - C), of a matrix",
        "V = R·C/mean(R), of a vector R",
        "U = g/√V",
        "α = max(0.001, RMS(w))·min(lr, 1/√t)",
        "rate = α/(max(1, RMS(U))·√V)",
        "Δ = -rate·g",
    ),
    terms=terms,
    scope="tensor",
    scratch=(Slot("U"),),
)
