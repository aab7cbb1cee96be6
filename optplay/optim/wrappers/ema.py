"""An average of the weights is evaluated; the run itself goes on as without it.

average ← β·average + (1-β)·w after each step, from the weights at the start.
"""

from optplay.arrays import Ints
from optplay.optim.declaration import Evaluated, Floats, Slot, Step
from optplay.optim.hyperparameters import beta
from optplay.optim.wrapping import Wrapper


def around(step: Step, slot: int, knob: int) -> Step:
    def averaging(
        w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats, corrections: Floats,
        lr: float, t: int,
    ) -> None:  # fmt: skip
        step(w, g, state, places, hyper, corrections, lr, t)
        beta = hyper[knob]
        for i in range(w.size):
            state[slot, i] = beta * state[slot, i] + (1 - beta) * w[i]

    return averaging


def evaluated(slot: int, knob: int) -> Evaluated:
    def evaluated(w: Floats, state: Floats, hyper: Floats, t: int, point: Floats) -> None:
        for i in range(w.size):
            point[i] = state[slot, i]

    return evaluated


wrapper = Wrapper(
    name="ema",
    title="Weight average",
    text="is evaluated at an average of the weights of the last steps",
    paper="Polyak & Juditsky 1992, Acceleration of stochastic approximation by averaging; "
    "as a moving average Tarvainen & Valpola 2017, Mean teachers, equation 1",
    order=4,
    hyperparameters=(beta(0.99, "how long weights are remembered: about 1/(1-beta) steps"),),
    slots=(Slot("average", start="weights"),),
    around=around,
    evaluated=evaluated,
    formula=("average ← β·average + (1-β)·w, where it is evaluated",),
)
