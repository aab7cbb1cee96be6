"""What a History tells beyond its curves: why a run went as it did."""

from optplay.analysis.steps import distribution

__all__ = ["distribution"]
