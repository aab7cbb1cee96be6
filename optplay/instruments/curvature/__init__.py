"""How sharply the loss bends along each run, against what its optimizer can stand."""

from optplay.registry import Instrument

instrument = Instrument(
    "curvature",
    "Curvature",
    "the sharpest direction of the loss, against what the optimizer can stand",
    7,
    guide=(
        (
            "Hessian",
            "the table of all second derivatives of the loss: how the slope changes in each "
            "direction",
        ),
        (
            "sharpness",
            "its top eigenvalue: how strongly the loss bends in the direction in which it "
            "bends most",
        ),
        (
            "threshold",
            "the sharpness at which a step overshoots by more than it corrects: 2/lr for SGD",
        ),
        (
            "part of threshold",
            "sharpness as a part of the threshold; above 1 the optimizer is unstable in "
            "that direction",
        ),
    ),
)
