"""L-BFGS: Newton's step, with the curvature that the last ten steps met with.

Each step s changed the gradient by y; from these pairs two loops make d = -H⁻¹·g, of an H that has
y = H·s for each of them and y·s/y·y for its inverse in all other directions. Then w ← w + α·d with
α = lr, and lr·min(1, 1/‖g‖₁) at the first step, when nothing is known. There is no line search:
it is torch.optim.LBFGS with one iteration a step.
"""

from optplay.arrays import Ints, np
from optplay.optim.declaration import Floats, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import lr
from optplay.optim.slots import slot

PAIRS = 10
# A pair with less of y·s would make an H that bends down, or nothing that is sure.
LEAST = 1e-10


def step(
    w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
    lr: float, t: int,
) -> None:  # fmt: skip
    s, y, pairs = slot(state, places, 0), slot(state, places, 1), slot(state, places, 2)
    w_before, g_before = slot(state, places, 3), slot(state, places, 4)
    d, alpha = slot(state, places, 5), slot(state, places, 6)
    n, rate = w.shape[0], lr
    if t == 1:
        size = 0.0
        for i in range(n):
            size += abs(g[i, 0])
        if size > 1:
            rate = lr * (1 / size)
    else:
        bent = 0.0
        for i in range(n):
            bent += (g[i, 0] - g_before[i, 0]) * (w[i, 0] - w_before[i, 0])
        if bent > LEAST:
            for i in range((PAIRS - 1) * n):
                s[i, 0], y[i, 0] = s[i + n, 0], y[i + n, 0]
            for i in range(n):
                s[(PAIRS - 1) * n + i, 0] = w[i, 0] - w_before[i, 0]
                y[(PAIRS - 1) * n + i, 0] = g[i, 0] - g_before[i, 0]
            pairs[0, 0] = min(pairs[0, 0] + 1, PAIRS)
    two_loops(d, g, s, y, alpha, PAIRS - int(pairs[0, 0]))
    for i in range(n):
        w_before[i, 0], g_before[i, 0] = w[i, 0], g[i, 0]
        w[i, 0] += rate * d[i, 0]


def two_loops(d: Floats, g: Floats, s: Floats, y: Floats, alpha: Floats, first: int) -> None:
    """Writes -H⁻¹·g into `d` (n, 1), from the pairs from `first` on (Nocedal 1980).

    Args:
        s, y: (PAIRS·n, 1) the pairs, the last one the newest. alpha: (PAIRS, 1) room.
    """
    n = d.shape[0]
    for i in range(n):
        d[i, 0] = -g[i, 0]
    for back in range(PAIRS - first):
        k = PAIRS - 1 - back
        alpha[k, 0] = dot(s, k * n, d, 0, n) * (1 / dot(y, k * n, s, k * n, n))
        for i in range(n):
            d[i, 0] -= alpha[k, 0] * y[k * n + i, 0]
    if first < PAIRS:
        newest = (PAIRS - 1) * n
        scale = dot(y, newest, s, newest, n) / dot(y, newest, y, newest, n)
        for i in range(n):
            d[i, 0] *= scale
    for k in range(first, PAIRS):
        beta = dot(y, k * n, d, 0, n) * (1 / dot(y, k * n, s, k * n, n))
        for i in range(n):
            d[i, 0] += (alpha[k, 0] - beta) * s[k * n + i, 0]


def dot(a: Floats, first: int, b: Floats, second: int, n: int) -> float:
    """The product of n numbers of `a` from `first` on and of `b` from `second` on."""
    total = 0.0
    for i in range(n):
        total += a[first + i, 0] * b[second + i, 0]
    return total


def terms(made: Made) -> dict[str, Term]:
    size = float(np.abs(made.g).sum())
    rate = made.lr * (1 / max(size, 1.0)) if made.t == 1 else made.lr
    return {"α": rate, "Δ": rate * made.after["d"]}


optimizer = Optimizer(
    name="lbfgs",
    title="L-BFGS",
    summary="Newton's step from how the gradient changed over the last ten steps.",
    paper="Nocedal 1980, Updating quasi-Newton matrices with limited storage, section 3",
    year=1980,
    hyperparameters=(lr(1.0),),
    slots=(
        Slot("s", copies=PAIRS), Slot("y", copies=PAIRS), Slot("pairs", "one"),
        "w_before", "g_before", "d",
    ),
    step=step,
    formula=(
        "s ← w - w_before, and those of the last steps",
        "y ← g - g_before, likewise",
        "pairs ← how many there are: up to ten, with y·s > 1e-10",
        "d ← -H⁻¹·g, with y = H·s for each pair; -g without any",
        "w_before ← w",
        "g_before ← g",
        "α = lr, at the first step lr·min(1, 1/‖g‖₁)",
        "Δ = α·d",
    ),
    terms=terms,
    no_rates="its step mixes parameters by the changes of the last ones",
    scope="whole",
    scratch=(Slot("alpha", "one", copies=PAIRS),),
    alone=True,
    full_batch=True,
)  # fmt: skip
