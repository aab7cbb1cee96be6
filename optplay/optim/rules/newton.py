"""Newton's method: w ← w - lr·x, where x solves (H + damping·I)·x = g with H the loss's Hessian.

It goes to where the gradient is zero, as the textbook has it: down in a bowl, but up where the loss
bends down, and to a saddle near a saddle. Damping above the size of the most negative eigenvalue
turns that round; without any, no network comes down. Where H + damping·I bends nothing, as for a
neuron that is never active, there is no such step: what elimination finds no pivot for stays where
it is.
"""

from optplay.arrays import Ints
from optplay.optim.declaration import Curvature, Floats, Hyperparameter, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import lr
from optplay.optim.slots import slot

# Of the largest entry: a smaller pivot is rounding.
LEAST = 1e-12


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    x, h, right = slot(state, places, 0), slot(state, places, 1), slot(state, places, 2)
    for i in range(w.shape[0]):
        h[i, i] += hyper[0]
        right[i, 0] = g[i, 0]
    solve(h, right, x)
    for i in range(w.shape[0]):
        w[i, 0] -= lr * x[i, 0]


def solve(a: Floats, right: Floats, x: Floats) -> None:
    """Writes into `x` (n, 1) a solution of a·x = right, by Gauss and Jordan's elimination.

    Row by row, each with the largest pivot that is left in its column (Golub & Van Loan 2013,
    Matrix computations, section 3.4). An unknown without a pivot is 0.

    Args:
        a: (n, n), right: (n, 1); both are overwritten.
    """
    n, largest = x.shape[0], 0.0
    for i in range(n):
        for j in range(n):
            largest = max(largest, abs(a[i, j]))
    row = 0
    for column in range(n):
        best = row
        for i in range(row + 1, n):
            if abs(a[i, column]) > abs(a[best, column]):
                best = i
        if not abs(a[best, column]) > LEAST * largest:
            for i in range(row, n):
                a[i, column] = 0.0
            continue
        for j in range(column, n):
            a[row, j], a[best, j] = a[best, j], a[row, j]
        right[row, 0], right[best, 0] = right[best, 0], right[row, 0]
        for i in range(n):
            factor = a[i, column] / a[row, column]
            if i != row and factor != 0.0:
                for j in range(column, n):
                    a[i, j] -= factor * a[row, j]
                right[i, 0] -= factor * right[row, 0]
        row += 1
    row = 0
    for column in range(n):
        x[column, 0] = 0.0
        if row < n and a[row, column] != 0.0:
            x[column, 0] = right[row, 0] / a[row, column]
            row += 1


def terms(made: Made) -> dict[str, Term]:
    return {"Δ": -made.lr * made.after["x"]}


optimizer = Optimizer(
    name="newton",
    title="Newton",
    summary="Jumps to where a parabola with the loss's slope and curvature is flat.",
    paper="Nocedal & Wright 2006, Numerical optimization, section 3.4; damped as by Goldfeld, "
    "Quandt & Trotter 1966, Maximization by quadratic hill-climbing",
    year=1966,
    hyperparameters=(
        lr(1.0),
        Hyperparameter(
            "damping", 0.3, "curvature added in all directions: more of it makes shorter steps, "
            "at last along the gradient",
            high=1e6, log=True,
        ),
    ),
    slots=("x",),
    step=step,
    formula=("x ← (H + damping·I)⁻¹·g, with the Hessian H", "Δ = -lr·x"),
    terms=terms,
    no_rates="its step solves a system of all parameters",
    scope="whole",
    scratch=(Slot("H", "rows"), Slot("right")),
    alone=True,
    full_batch=True,
    curvature=Curvature("H"),
)  # fmt: skip
