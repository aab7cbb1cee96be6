"""Lookahead: slow weights follow a rule's weights from afar, and it goes on from there.

Every so many steps slow ← slow + α·(w - slow), w ← slow. What is evaluated are the slow weights,
which are what the paper's algorithm returns.
"""

from optplay.arithmetic import where
from optplay.arrays import Ints
from optplay.optim.declaration import Evaluated, Floats, Hyperparameter, Slot, Step
from optplay.optim.hyperparameters import every
from optplay.optim.wrapping import Wrapper


def around(step: Step, slot: int, knob: int) -> Step:
    def looking_ahead(
        w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
        lr: float, t: int,
    ) -> None:  # fmt: skip
        step(w, g, state, places, hyper, corrections, lr, t)
        every, alpha = hyper[knob], hyper[knob + 1]
        # Counted, as eight runs may have as many numbers of steps to go by.
        count = state[slot + 1, 0] + 1
        due = count > every - 1
        state[slot + 1, 0] = where(due, 0.0, count)
        for i in range(w.size):
            slow = state[slot, i]
            slow = where(due, slow + alpha * (w[i] - slow), slow)
            state[slot, i] = slow
            w[i] = where(due, slow, w[i])

    return looking_ahead


def evaluated(slot: int, knob: int) -> Evaluated:
    def evaluated(w: Floats, state: Floats, hyper: Floats, t: int, point: Floats) -> None:
        for i in range(w.size):
            point[i] = state[slot, i]

    return evaluated


wrapper = Wrapper(
    name="lookahead",
    title="Lookahead",
    text="goes back part of the way every few steps; evaluated is where it goes back to",
    paper="Zhang et al. 2019, Lookahead optimizer: k steps forward, 1 step back, Algorithm 1",
    order=3,
    hyperparameters=(
        every(5, "after how many steps it goes back"),
        Hyperparameter("alpha", 0.5, "how much of the way it keeps", low_open=True),
    ),
    slots=(Slot("slow", start="weights"), Slot("count", "one")),
    around=around,
    evaluated=evaluated,
    formula=(
        "count ← count + 1, or 0 at every so many steps, and then",
        "slow ← slow + α·(w - slow), w ← slow; evaluated at slow",
    ),
)
