"""Each run at all values of one or two knobs, over all seeds."""

from optplay.registry import Instrument

instrument = Instrument("sweep", "Sweep", "every run at all learning rates, or over two knobs", 5)
