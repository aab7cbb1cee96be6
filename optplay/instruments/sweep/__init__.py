"""Each run at all values of one or two knobs, over all seeds."""

from optplay.registry import Instrument

instrument = Instrument(
    "sweep",
    "Sweep",
    "every run at all learning rates, or over two knobs",
    5,
    guide=(
        (
            "a point",
            "all seeds trained at one value of the knob: the median, with a band from "
            "quartile to quartile",
        ),
        (
            "best",
            "the value with the best median; B turns the knob of the selected run to it",
        ),
        (
            "good from, to",
            "the values that come close to the best: a wide range forgives a wrong guess",
        ),
        ("a map", "over two knobs, brighter is better; the mark is the best place"),
        (
            "good only there",
            "one step to the side and it is no longer close to the best",
        ),
        ("gaps, ✗", "there the runs diverged: the loss grew beyond all numbers"),
    ),
)
