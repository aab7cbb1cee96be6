"""What a History tells beyond its curves: why a run went as it did."""

from optplay.analysis.inspect import Dissection, rows, take_apart
from optplay.analysis.steps import distribution, over_time, overlaid

__all__ = ["Dissection", "distribution", "over_time", "overlaid", "rows", "take_apart"]
