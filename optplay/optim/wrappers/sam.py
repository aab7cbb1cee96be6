"""SAM: the gradient is taken where the loss is about the highest nearby.

g₁ at w, then g at w + ρ·g₁/‖g₁‖ on the same batch, with which the rule goes on from w. Adaptive
(Kwon et al. 2021), what is near is measured by the size of each weight: w + ρ·w²·g₁/‖w·g₁‖.
"""

from optplay.arithmetic import sqrt, where
from optplay.optim.declaration import Floats, Hyperparameter, Probe
from optplay.optim.wrapping import Wrapper


def probe(knob: int) -> Probe:
    def probe(w: Floats, g: Floats, hyper: Floats, point: Floats) -> None:
        rho, adaptive = hyper[knob], hyper[knob + 1]
        squares = 0.0
        for i in range(w.size):
            along = where(adaptive > 0, w[i] * g[i], g[i])
            squares += along * along
        reach = rho / where(squares > 0, sqrt(squares), 1.0)
        for i in range(w.size):
            up = reach * where(adaptive > 0, w[i] * w[i] * g[i], g[i])
            point[i] = w[i] + where(squares > 0, up, 0.0)

    return probe


wrapper = Wrapper(
    name="sam",
    title="Sharpness-aware",
    text="takes each gradient uphill of the weights, which leads to flatter places",
    paper="Foret et al. 2021, Sharpness-aware minimization for efficiently improving "
    "generalization, Algorithm 1",
    order=1,
    hyperparameters=(
        Hyperparameter("rho", 0.05, "how far uphill the gradient is taken", high=1000, log=True),
        Hyperparameter("adaptive", False, "measures how far by the size of each weight"),
    ),
    probe=probe,
    formula=("g at w + ρ·g/‖g‖, or adaptive at w + ρ·w²·g/‖w·g‖",),
)
