"""Shampoo: AdaGrad that knows how the rows and the columns of a matrix go together.

L ← L + g·gᵀ and R ← R + gᵀ·g, from ε·1, then w ← w - lr·L^-¼·g·R^-¼; vectors: w ← w - lr·L^-½·g.
A root of an L that has overflowed is 0, as a step of AdaGrad is then.
"""

from optplay.arithmetic.tensors import matrix
from optplay.arrays import Floats, Ints
from optplay.optim.declaration import Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import epsilon, lr
from optplay.optim.matrices import (
    copy,
    inverse_root,
    inverse_root_of,
    multiply,
    multiply_turned,
    product,
    squared_by,
    turn,
)
from optplay.optim.slots import slot


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    epsilon, sides = hyper[0], places[0, 3]
    rows, columns = w.shape[0], w.shape[1]
    # Rows, then columns: by the same code, so that it is compiled once. What goes from side to side
    # lies the other way round each time: gᵀ, gᵀ·L^-¼, its transpose, that times R^-¼.
    found = slot(state, places, 4)
    for side in range(sides):
        high, wide = (columns, rows) if side == 0 else (rows, columns)
        squared = matrix(state[2], places[3, 0], high, wide)
        given = matrix(state[3], places[4, 0], high, wide)
        squared_by(side, g, squared)
        if side == 0:
            copy(squared, given)
        else:
            turn(found, given)
        found = matrix(state[4], places[5, 0], high, wide)
        total, root = slot(state, places, side), slot(state, places, 9 + side)
        x, v = slot(state, places, 5 + side), slot(state, places, 7 + side)
        multiply_turned(squared, squared, x)
        add(total, x, epsilon, t)
        inverse_root(total, sides, epsilon, x, v, root)
        multiply(given, root, found)
    # Of a vector it is a row by now, which lies in memory as a column does.
    found = slot(state, places, 4)
    for i in range(rows):
        for j in range(columns):
            w[i, j] -= lr * found[i, j]


def add(total: Floats, product: Floats, epsilon: float, t: int) -> None:
    """Adds g·gᵀ, or gᵀ·g, to the sum of them, which begins as ε·1."""
    for i in range(total.shape[0]):
        for j in range(total.shape[1]):
            if t == 1:
                total[i, j] = epsilon if i == j else 0.0
            total[i, j] += product[i, j]


def terms(made: Made) -> dict[str, Term]:
    epsilon = made.hyper["epsilon"]
    if made.vector:
        root = inverse_root_of(made.after["L"], 1, epsilon)
        return {"L^-½": root, "Δ": -made.lr * product(made.g.T, root).T}
    left = inverse_root_of(made.after["L"], 2, epsilon)
    right = inverse_root_of(made.after["R"], 2, epsilon)
    return {"L^-¼": left, "R^-¼": right, "Δ": -made.lr * product(product(made.g.T, left).T, right)}


optimizer = Optimizer(
    name="shampoo",
    title="Shampoo",
    summary="AdaGrad for matrices: a step size for every direction of rows and of columns.",
    paper="Gupta, Koren & Singer 2018, Shampoo: preconditioned stochastic tensor optimization, "
    "Algorithm 1",
    year=2018,
    hyperparameters=(lr(0.1), epsilon(1e-6)),
    slots=(Slot("L", "rows"), Slot("R", "columns")),
    step=step,
    formula=(
        "L ← L + g·gᵀ, from ε·1",
        "R ← R + gᵀ·g, from ε·1, of a matrix",
        "L^-½ = 1/√L by its eigenvalues, of a vector",
        "L^-¼ = 1/√√L by its eigenvalues, of a matrix",
        "R^-¼ = 1/√√R by its eigenvalues, of a matrix",
        "Δ = -lr·L^-¼·g·R^-¼, of a vector -lr·L^-½·g",
    ),
    terms=terms,
    no_rates="its step is a matrix product",
    scope="tensor",
    scratch=(
        Slot("gᵀ"), Slot("given"), Slot("found"), Slot("X", "rows"), Slot("X", "columns"),
        Slot("V", "rows"), Slot("V", "columns"), Slot("L^-¼", "rows"), Slot("R^-¼", "columns"),
    ),
)  # fmt: skip
