"""A surface from above, with the path of every run on it."""

from optplay.registry import Instrument

instrument = Instrument(
    "surface",
    "Surface",
    "the surface, with the path of every run on it",
    6,
    guide=(
        (
            "the plane",
            "two weights; the darker, the lower the surface. The scale says how high",
        ),
        ("a path", "one run, in its colour, up to the playhead; what follows is faint"),
        ("✕", "a lowest point: where all runs want to go"),
        ("an arrow", "at the edge: a run has left the window there"),
    ),
)
