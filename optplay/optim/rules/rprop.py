"""Rprop: each parameter's step grows while its gradient keeps its sign, and shrinks when it turns.

s ← min(max(s·κ, low), high), from lr, with κ = `grow` where g·g_before > 0, `shrink` where it
is < 0, else 1; where the sign turned g ← 0; w ← w - s·sign(g). That is PyTorch's, iRprop⁻ of Igel
& Hüsken 2000, Improving the Rprop learning algorithm; the first Rprop takes such a step back.
lr is that of the first step: no schedule changes s after it.
"""

from optplay.arithmetic import where
from optplay.arrays import np
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Term
from optplay.optim.hyperparameters import lr


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    s, g_before = state[0], state[1]
    low, high, shrink, grow = hyper[0], hyper[1], hyper[2], hyper[3]
    if t == 1:
        for i in range(w.size):
            s[i] = lr
    for i in range(w.size):
        # Above 0 where both have one sign, below it where they differ: no product underflows.
        kept = where(g[i] > 0, g_before[i], where(g[i] < 0, -g_before[i], 0.0))
        size = s[i] * where(kept > 0, grow, where(kept < 0, shrink, 1.0))
        size = where(size < low, low, size)
        s[i] = where(size > high, high, size)
        g_before[i] = where(kept < 0, 0.0, g[i])
        w[i] -= where(g_before[i] > 0, s[i], where(g_before[i] < 0, -s[i], g_before[i]))


def terms(made: Made) -> dict[str, Term]:
    hyper, kept = made.hyper, np.sign(made.g) * np.sign(made.before["g_before"])
    kappa = np.where(kept > 0, hyper["grow"], np.where(kept < 0, hyper["shrink"], 1.0))
    s = made.after["s"]
    return {"κ": kappa, "rate": s, "Δ": -s * np.sign(made.after["g_before"])}


optimizer = Optimizer(
    name="rprop",
    title="Rprop",
    summary="Step sizes that only ask for the gradient's sign; for full batches.",
    paper="Riedmiller & Braun 1993, A direct adaptive method: the RPROP algorithm",
    year=1993,
    hyperparameters=(
        lr(0.01),
        Hyperparameter("low", 1e-6, "the smallest step", high=1000, log=True),
        Hyperparameter("high", 50.0, "the largest step", high=1000, low_open=True, log=True),
        Hyperparameter(
            "shrink", 0.5, "by what a step shrinks as the sign turns", low_open=True, high_open=True
        ),
        Hyperparameter(
            "grow", 1.2, "by what a step grows else", low=1, high=1000, low_open=True, log=True
        ),
    ),
    slots=("s", "g_before"),
    step=step,
    corrected=0,
    formula=(
        "κ = grow where g·g_before > 0, shrink where it is < 0, else 1",
        "s ← min(max(s·κ, low), high), from lr",
        "g_before ← g, or 0 where its sign turned",
        "rate = s",
        "Δ = -s·sign(g_before)",
    ),
    terms=terms,
)
