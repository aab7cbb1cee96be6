"""How sharply the loss bends along each run, against what its optimizer can stand."""

from optplay.registry import Instrument

instrument = Instrument(
    "curvature",
    "Curvature",
    "the sharpest direction of the loss, against what the optimizer can stand",
    7,
)
