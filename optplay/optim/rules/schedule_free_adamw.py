"""Schedule-free AdamW: Adam's rates without its momentum, and an average in place of a schedule.

As `schedule_free_sgd`, with u = g/(√v̂ + ε) for g: v ← β₂·v + (1-β₂)·g², v̂ = v/(1-β₂ᵗ),
S ← S + lr²,  c = lr²/S,  y ← y + c·(z-y) - lr·(1 - β₁·(1-c))·u,  z ← z - lr·u. The weights are y;
x = y + (1 - 1/β₁)·(z-y) is to be evaluated. lr is that of each step.

Decoupled decay is the pipeline's, of y alone. The authors' own package adds λ·y to u: it reaches y
by the factors above, and z too.
"""

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Hyperparameter, Made, Optimizer, Slot, Term
from optplay.optim.hyperparameters import BETA2, above_zero, epsilon, lr
from optplay.optim.rules.schedule_free_sgd import evaluated, weigh


def step(
    w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float, t: int
) -> None:
    z, v, s = state[0], state[1], state[2]
    beta1, beta2, epsilon = hyper[0], hyper[1], above_zero(hyper[2])
    total, c = weigh(s[0], lr)
    u_part = 1 - beta1 * (1 - c)
    v_scale = 1 / sqrt(corrections[1])
    for i in range(w.size):
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        move = lr * g[i] / (sqrt(v[i]) * v_scale + epsilon)
        w[i] = w[i] + c * (z[i] - w[i]) - u_part * move
        z[i] -= move
        s[i] = total


def terms(made: Made) -> dict[str, Term]:
    total, beta1 = made.after["S"], made.hyper["beta1"]
    v_hat = made.after["v"] / made.corrections["beta2"]
    rate = made.lr / (sqrt(v_hat) + above_zero(made.hyper["epsilon"]))
    c = made.lr * made.lr / where(total > 0, total, 1.0)
    delta = c * (made.before["z"] - made.w) - (1 - beta1 * (1 - c)) * rate * made.g
    return {"v̂": v_hat, "rate": rate, "c": c, "Δ": delta}


optimizer = Optimizer(
    name="schedule_free_adamw",
    title="Schedule-free AdamW",
    summary="AdamW that needs no decay of its rate, as it is judged by the mean of its weights.",
    paper="Defazio et al. 2024, The road less scheduled, Algorithm 1",
    year=2024,
    hyperparameters=(
        lr(0.0025),
        Hyperparameter(
            "beta1", 0.9, "how near to the mean gradients are taken", low_open=True, high_open=True
        ),
        BETA2,
        epsilon(1e-8),
    ),
    slots=(Slot("z", start="weights"), "v", "S"),
    step=step,
    corrected=2,
    formula=(
        "v ← β₂·v + (1-β₂)·g²",
        "v̂ = v/(1-β₂ᵗ)",
        "rate = lr/(√v̂ + ε)",
        "S ← S + lr²",
        "c = lr²/S",
        "Δ = c·(z-w) - (1 - β₁·(1-c))·rate·g, with the old z",
        "z ← z - rate·g",
    ),
    terms=terms,
    evaluated=evaluated,
)
