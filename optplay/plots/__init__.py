"""Pictures as text: curves, histograms, fields and tables drawn as coloured cells.

Every chart is a pure function: data in, exactly ``height`` rows out, each exactly ``width`` cells
wide: a ``str`` of lines with ANSI escapes, or a ``Picture`` of coloured runs of cells. The only
folder that knows plotext, which is imported when the first chart is drawn and not before.

plotext keeps one figure per process, so build charts **in one thread only**.
"""

from optplay.plots.abreast import Panel, abreast
from optplay.plots.canvas import warm_up
from optplay.plots.graph import graph_picture
from optplay.plots.histogram import histogram, histogram_picture
from optplay.plots.legend import legend, legend_rows
from optplay.plots.lines import line_chart, line_picture
from optplay.plots.notice import notice
from optplay.plots.overlays import Dots, Guide, Mark, Overlay, Path
from optplay.plots.palette import MARKERS, PALETTE, PALETTE_LIGHT, run_color, run_marker
from optplay.plots.picture import Picture
from optplay.plots.plane import grid_limits, plane_picture
from optplay.plots.series import Series, decimate
from optplay.plots.text import text_picture

__all__ = [
    "MARKERS",
    "PALETTE",
    "PALETTE_LIGHT",
    "Dots",
    "Guide",
    "Mark",
    "Overlay",
    "Panel",
    "Path",
    "Picture",
    "Series",
    "abreast",
    "decimate",
    "graph_picture",
    "grid_limits",
    "histogram",
    "histogram_picture",
    "legend",
    "legend_rows",
    "line_chart",
    "line_picture",
    "notice",
    "plane_picture",
    "run_color",
    "run_marker",
    "text_picture",
    "warm_up",
]
