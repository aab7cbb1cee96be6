"""Cautious steps: a rule moves only those weights that its step moves against the gradient.

Δ ← Δ·n/(count + 1) where Δ and g have opposite signs, else 0, with the count of those, tensor by
tensor of n parameters each.
"""

from optplay.arithmetic import where
from optplay.arrays import Ints
from optplay.optim.declaration import Floats, Slot, Step
from optplay.optim.wrapping import Wrapper


def around(step: Step, slot: int, knob: int) -> Step:
    def cautiously(
        w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
        lr: float, t: int,
    ) -> None:  # fmt: skip
        for i in range(w.size):
            state[slot, i] = w[i]
        step(w, g, state, places, hyper, corrections, lr, t)
        for tensor in range(places.shape[0]):
            first, n = places[tensor, 0, 0], places[tensor, 0, 1] * places[tensor, 0, 2]
            count = 0.0
            for i in range(first, first + n):
                count += where(down(w[i] - state[slot, i], g[i]) > 0, 1.0, 0.0)
            scale = n / (count + 1)
            for i in range(first, first + n):
                delta = w[i] - state[slot, i]
                w[i] = state[slot, i] + where(down(delta, g[i]) > 0, scale * delta, 0.0)

    return cautiously


def down(delta: float, g: float) -> float:
    """The size of a step that goes down a slope; 0 or less for others."""
    return where(g > 0, -delta, where(g < 0, delta, 0.0))


wrapper = Wrapper(
    name="cautious",
    title="Cautious",
    text="leaves out what of each step would go up the batch's slope",
    paper="Liang et al. 2024, Cautious optimizers: improving training with one line of code, "
    "Algorithm 1",
    order=2,
    slots=(Slot("w_before"),),
    around=around,
    formula=(
        "w_before ← w",
        "Δ ← n/(count+1)·Δ where Δ·g < 0, else 0, with the count of those",
    ),
)
