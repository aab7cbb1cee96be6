"""How far each parameter moves, and at which effective rate (exercise 3)."""

from optplay.registry import Instrument

instrument = Instrument(
    "rates",
    "Rates",
    "how far each parameter moves, and at which effective rate",
    3,
    guide=(
        (
            "effective rate",
            "how far a parameter moves in one step, |Δw|: in Adam lr·m̂/(√v̂ + ε), the "
            "lesson's name for it",
        ),
        (
            "multiplier",
            "what the rule multiplies a parameter's direction by: lr/(√v̂ + ε) in Adam, lr "
            "for all in SGD",
        ),
        (
            "a histogram",
            "how many parameters have which; narrow: all alike, wide: each at a speed of its own",
        ),
        (
            "by epoch",
            "the median, and the band that holds all but the lowest and the highest tenth",
        ),
        (
            "moved",
            "parameters that the step changed; behind a ReLU that is off the gradient is zero",
        ),
    ),
)
