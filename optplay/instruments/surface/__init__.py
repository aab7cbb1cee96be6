"""A surface from above, with the path of every run on it."""

from optplay.registry import Instrument

instrument = Instrument("surface", "Surface", "the surface, with the path of every run on it", 6)
