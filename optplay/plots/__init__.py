"""Pictures as text: series and histograms drawn as ANSI lines.

Every chart is a pure function: data in, a ``str`` of exactly ``height`` lines out, each exactly
``width`` cells wide once its ANSI escapes are stripped. The only folder that knows plotext, which
is imported when the first chart is drawn and not before.

plotext keeps one figure per process, so build charts **in one thread only**.
"""

from optplay.plots.histogram import histogram
from optplay.plots.legend import legend
from optplay.plots.lines import line_chart
from optplay.plots.palette import MARKERS, PALETTE, PALETTE_LIGHT, run_color, run_marker
from optplay.plots.series import Series, decimate

__all__ = [
    "MARKERS",
    "PALETTE",
    "PALETTE_LIGHT",
    "Series",
    "decimate",
    "histogram",
    "legend",
    "line_chart",
    "run_color",
    "run_marker",
]
