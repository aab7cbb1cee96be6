"""The decision boundary: the network's output over the plane, with the samples on it."""

from optplay.registry import Instrument

instrument = Instrument(
    "boundary", "Boundary", "where the network answers 1, over the plane, with the samples", 2
)
