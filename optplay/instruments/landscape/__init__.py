"""A slice of the loss around the weights, with the paths of runs on it."""

from optplay.registry import Instrument

instrument = Instrument(
    "landscape", "Landscape", "the loss over the two directions that the weights moved most in", 8
)
