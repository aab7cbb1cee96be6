"""The decision boundary: the network's output over the plane, with the samples on it."""

from optplay.registry import Instrument

instrument = Instrument(
    "boundary",
    "Boundary",
    "where the network answers 1, over the plane, with the samples",
    2,
    guide=(
        ("the plane", "the two inputs of a sample; its colour is the network's answer there"),
        ("the line", "where the answer is ½: the network is undecided"),
        ("○ ●", "samples of class 0 and 1 that it was trained on; ◇ ◆ were held out"),
        ("good", "every ● lies on the side of 1, every ○ on the side of 0"),
    ),
)
