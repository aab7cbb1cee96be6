"""A slice of the loss around the weights, with the paths of runs on it."""

from optplay.registry import Instrument

instrument = Instrument(
    "landscape",
    "Landscape",
    "the loss over the two directions that the weights moved most in",
    8,
    guide=(
        (
            "the plane",
            "a flat cut through all weights, laid so that most of the run's movement lies in it",
        ),
        (
            "its movement",
            "how much of the movement the plane holds, across + up; what lacks to 100 % "
            "goes in directions that are not seen",
        ),
        (
            "the colour",
            "the loss at those weights; the darker, the lower. The scale says how high",
        ),
        ("○ ●", "where the run began, and where it is at the playhead"),
    ),
)
