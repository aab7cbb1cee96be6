"""Pictures of runs: what is measured of a History, drawn. The command line and the app show both.

Each file has a pure function that ends in a `Picture` of exactly the size asked for. As all
pictures, to be built in one thread only.
"""

from optplay.scenes.look import DARK, Look

__all__ = ["DARK", "Look"]
