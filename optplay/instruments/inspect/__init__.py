"""One update of one run, taken apart in the order of the pipeline."""

from optplay.registry import Instrument

instrument = Instrument(
    "inspect",
    "Inspect",
    "one update taken apart: gradient, clipping, L2, the rule's formula, decay",
    4,
)
