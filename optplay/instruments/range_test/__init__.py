"""The learning-rate range test: the rate rises within one run, and the loss tells what it does."""

from optplay.registry import Instrument

instrument = Instrument(
    "range_test", "Range test", "the loss while the learning rate rises within one run", 9
)
