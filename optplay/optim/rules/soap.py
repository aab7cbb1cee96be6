"""SOAP: Adam, but v is kept in the directions in which the rows, and the columns, of g go together.

L ← β·L + (1-β)·g·gᵀ and R ← β·R + (1-β)·gᵀ·g; Q_L and Q_R are their eigenvectors, by columns, at
t = 1, and from then on every so many steps Q_L ← the orthonormal matrix of the QR of L·Q_L, whose
columns come in the order of their eigenvalues, the largest first, and v's rows with them; Q_R and
v's columns likewise. With g′ = Q_Lᵀ·g·Q_R:
m ← β₁·m + (1-β₁)·g,  v ← β₂·v + (1-β₂)·g′²,  w ← w - lr·Q_L·(Q_Lᵀ·m̂·Q_R/(√v̂ + ε))·Q_Rᵀ
As the authors have it, the first step only sets up, no step uses what it adds to L and R, the steps
that m̂ and v̂ are corrected for are one fewer, and vectors go by Adam. With ε = 0 what is divided by
v̂ = 0 is 0. A Q whose L has overflowed stays as it is.
"""

from optplay.arithmetic import power, sqrt, where
from optplay.arithmetic.lanes import any_of
from optplay.arithmetic.primitives import INF
from optplay.arithmetic.tensors import matrix
from optplay.arrays import Floats, Ints, np
from optplay.optim.declaration import Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import epsilon, every, lr, memory
from optplay.optim.intervals import due
from optplay.optim.matrices import (
    diagonalize,
    greatest_on_diagonal,
    multiply,
    multiply_turned,
    orthonormalize,
    product,
    ratio,
    sort_eigenvectors,
    squared_by,
    swap_columns,
    swap_rows,
    turn,
)
from optplay.optim.slots import slot
from optplay.optim.vectors import adam, adam_terms, over


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    m, v = slot(state, places, 0), slot(state, places, 1)
    beta1, beta2, beta = hyper[0], hyper[1], hyper[2]
    correction1, correction2 = 1 - power(beta1, 1.0 * (t - 1)), 1 - power(beta2, 1.0 * (t - 1))
    if places[0, 3] == 1:
        if t > 1:
            adam(w, g, m, v, beta1, beta2, hyper[3], correction1, correction2, lr)
    else:
        rows, columns = w.shape[0], w.shape[1]
        if t > 1:
            adam_between(
                w, g, m, v, slot(state, places, 4), slot(state, places, 5), beta1, beta2, hyper[3],
                correction1, correction2, lr, slot(state, places, 6), slot(state, places, 7),
                slot(state, places, 9),
            )  # fmt: skip
        # Rows, then columns: by the same code, so that it is compiled once.
        for side in range(2):
            high, wide = (columns, rows) if side == 0 else (rows, columns)
            squared = matrix(state[6], places[7, 0], high, wide)
            mean, q = slot(state, places, 2 + side), slot(state, places, 4 + side)
            x, y = slot(state, places, 8 + side), slot(state, places, 10 + side)
            squared_by(side, g, squared)
            multiply_turned(squared, squared, x)
            average(mean, x, beta)
            if t == 1:
                set_up(mean, q, x, y)
            else:
                now = due(t, hyper[4])
                if any_of(now):
                    refresh(mean, q, v, side == 0, now, x, y)


def adam_between(
    w: Floats, g: Floats, m: Floats, v: Floats, q_left: Floats, q_right: Floats, beta1: float,
    beta2: float, epsilon: float, correction1: float, correction2: float, lr: float,
    room: Floats, turned: Floats, square: Floats,
) -> None:  # fmt: skip
    """Adam between Q_Lᵀ and Q_R.

    Args:
        room, turned: as large as w; and square: as large as Q_R; room.
    """
    rate, v_scale = lr / correction1, 1 / sqrt(correction2)
    multiply_turned(q_left, g, room)
    multiply(room, q_right, turned)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            m[i, j] = beta1 * m[i, j] + (1 - beta1) * g[i, j]
            v[i, j] = beta2 * v[i, j] + (1 - beta2) * turned[i, j] * turned[i, j]
    multiply_turned(q_left, m, room)
    multiply(room, q_right, turned)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            turned[i, j] = ratio(turned[i, j], sqrt(v[i, j]) * v_scale + epsilon)
    multiply(q_left, turned, room)
    turn(q_right, square)
    multiply(room, square, turned)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            w[i, j] -= rate * turned[i, j]


def average(mean: Floats, new: Floats, beta: float) -> None:
    """mean ← β·mean + (1-β)·new."""
    for i in range(mean.shape[0]):
        for j in range(mean.shape[1]):
            mean[i, j] = beta * mean[i, j] + (1 - beta) * new[i, j]


def set_up(mean: Floats, q: Floats, x: Floats, y: Floats) -> None:
    """Q ← the eigenvectors of L, or R, by columns, or 1 if it has overflowed; x and y are room."""
    finite = greatest_on_diagonal(mean) < INF
    for i in range(mean.shape[0]):
        for j in range(mean.shape[1]):
            x[i, j] = where(finite, mean[i, j], 0.0)
    diagonalize(x, y)
    sort_eigenvectors(x, y)
    turn(y, q)


def refresh(
    mean: Floats, q: Floats, v: Floats, rows: bool, now: bool, x: Floats, y: Floats
) -> None:
    """Brings Q nearer to the eigenvectors of L, or R, where it is time to; x and y are room.

    Args:
        rows: whether it is v's rows that go with Q's columns, or v's columns.
    """
    n = mean.shape[0]
    now = now & (greatest_on_diagonal(mean) < INF)
    multiply(mean, q, x)
    # The eigenvalues, as Q has them by now.
    for j in range(n):
        y[0, j] = 0.0
    for i in range(n):
        for j in range(n):
            y[0, j] += q[i, j] * x[i, j]
    for last in range(n - 1, 0, -1):
        for k in range(last):
            one, other = y[0, k], y[0, k + 1]
            swapped = now & (one < other)
            if any_of(swapped):
                y[0, k], y[0, k + 1] = where(swapped, other, one), where(swapped, one, other)
                swap_columns(x, k, swapped)
                if rows:
                    swap_rows(v, k, swapped)
                else:
                    swap_columns(v, k, swapped)
    orthonormalize(x, y)
    for i in range(n):
        for j in range(n):
            q[i, j] = where(now, y[i, j], q[i, j])


def terms(made: Made) -> dict[str, Term]:
    hyper, before = made.hyper, made.before
    if made.t == 1:
        return {"Δ": np.zeros_like(made.g)}
    correction1, correction2 = (1 - power(hyper[b], made.t - 1.0) for b in ("beta1", "beta2"))
    if made.vector:
        return adam_terms(made, correction1, correction2, made.lr)
    q_left, q_right = before["Q_L"], before["Q_R"]
    turned = product(product(q_left.T, made.g), q_right)
    # After the step v may have been put in another order.
    v = hyper["beta2"] * before["v"] + (1 - hyper["beta2"]) * turned * turned
    m_hat = product(product(q_left.T, made.after["m"]), q_right) / correction1
    v_hat = v / correction2
    direction = product(product(q_left, over(m_hat, v_hat, hyper["epsilon"])), q_right.T)
    return {"g′": turned, "m̂": m_hat, "v̂": v_hat, "Δ": -made.lr * direction}


optimizer = Optimizer(
    name="soap",
    title="SOAP",
    summary="Adam in the directions that Shampoo finds.",
    paper="Vyas et al. 2025, SOAP: improving and stabilizing Shampoo using Adam, Algorithm 3",
    year=2024,
    hyperparameters=(
        lr(0.003),
        memory("beta1", 0.95, "how long the mean gradient is remembered: about 1/(1-beta1) steps"),
        memory("beta2", 0.95, "how long squared gradients are remembered: 1/(1-beta2) steps"),
        memory("beta", 0.95, "how long it is remembered how rows, and columns, go together"),
        epsilon(1e-8),
        every(10, "how many steps go by until the directions are looked for again"),
    ),
    slots=(
        "m", "v", Slot("L", "rows"), Slot("R", "columns"), Slot("Q_L", "rows"),
        Slot("Q_R", "columns"),
    ),
    step=step,
    formula=(
        "g′ = Q_Lᵀ·g·Q_R, of a matrix",
        "m ← β₁·m + (1-β₁)·g",
        "v ← β₂·v + (1-β₂)·g′², of a vector with g for g′",
        "m̂ = Q_Lᵀ·m·Q_R/(1-β₁ᵗ⁻¹), of a vector m/(1-β₁ᵗ⁻¹)",
        "v̂ = v/(1-β₂ᵗ⁻¹)",
        "Δ = -lr·Q_L·(m̂/(√v̂ + ε))·Q_Rᵀ, of a vector -lr·m̂/(√v̂ + ε); 0 at t = 1",
        "L ← β·L + (1-β)·g·gᵀ, of a matrix",
        "R ← β·R + (1-β)·gᵀ·g, of a matrix",
        "Q_L ← orthonormal, of L·Q_L, every so many steps; at t = 1 the eigenvectors of L",
        "Q_R ← orthonormal, of R·Q_R, every so many steps; at t = 1 the eigenvectors of R",
    ),
    terms=terms,
    no_rates="it divides in turned coordinates, which mix parameters",
    scope="tensor",
    scratch=(
        Slot("gᵀ"), Slot("g′"), Slot("X", "rows"), Slot("X", "columns"), Slot("Y", "rows"),
        Slot("Y", "columns"),
    ),
)  # fmt: skip
