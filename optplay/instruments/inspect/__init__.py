"""One update of one run, taken apart in the order of the pipeline."""

from optplay.registry import Instrument

instrument = Instrument(
    "inspect",
    "Inspect",
    "one update taken apart: gradient, clipping, L2, the rule's formula, decay",
    4,
    guide=(
        (
            "from the top",
            "an update in its order: the gradient g, what clipping and L2 make of it, the "
            "rule, decay",
        ),
        (
            "before, value",
            "what a number of the formula was before this update, and what it is now",
        ),
        ("Δ", "what the rule adds to the weight"),
        (
            "|Δ| of all",
            "a bar for each parameter: how far it moves; each step of a bar is a factor",
        ),
        ("t", "how many updates the rule has made, this one included"),
    ),
)
