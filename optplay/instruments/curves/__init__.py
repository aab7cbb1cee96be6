"""The curves of all runs, by epoch, and over all seeds their medians and quartiles."""

from optplay.registry import Instrument

instrument = Instrument("curves", "Curves", "the curves of all runs, by epoch", 1)
