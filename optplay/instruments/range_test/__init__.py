"""The learning-rate range test: the rate rises within one run, and the loss tells what it does."""

from optplay.registry import Instrument

instrument = Instrument(
    "range_test",
    "Range test",
    "the loss while the learning rate rises within one run",
    9,
    guide=(
        ("a curve", "one run whose rate grows from step to step: to the right it is larger"),
        (
            "falls, rises",
            "too small a rate changes nothing, a good one lets the loss fall, too large a one "
            "lets it rise",
        ),
        (
            "suggested",
            "a tenth of the rate at which the loss begins to rise; a sweep (5) tells better",
        ),
    ),
)
