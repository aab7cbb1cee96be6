"""Pictures as text: curves, histograms, fields and tables drawn as coloured cells.

Every chart is a pure function: data in, a ``Picture`` out, of exactly ``height`` rows, each exactly
``width`` cells wide. Below 10 x 4 it stays empty; where there is nothing to draw it says so. What
they all take: ``color`` (if false markers, shades and glyphs take the place of colours), ``dark``
(whether the background is), ``x_title`` (among the labels of the bottom axis, where it fits).

The only folder that knows plotext, which is imported when the first chart is drawn and not before.
It keeps one figure per process, so build charts **in one thread only**.
"""

from optplay.plots.abreast import Panel as Panel, abreast as abreast
from optplay.plots.canvas import warm_up as warm_up
from optplay.plots.captions import legend as legend
from optplay.plots.graph import graph_picture as graph_picture
from optplay.plots.histogram import histogram_picture as histogram_picture
from optplay.plots.lines import LineChart as LineChart, line_picture as line_picture
from optplay.plots.look import DARK as DARK, Look as Look
from optplay.plots.overlays import (
    Dots as Dots,
    Guide as Guide,
    Mark as Mark,
    Overlay as Overlay,
    Path as Path,
)
from optplay.plots.palette import (
    MARKERS as MARKERS,
    PALETTE as PALETTE,
    PALETTE_LIGHT as PALETTE_LIGHT,
    run_color as run_color,
    run_marker as run_marker,
)
from optplay.plots.picture import Picture as Picture
from optplay.plots.plane import grid_limits as grid_limits, plane_picture as plane_picture
from optplay.plots.series import Series as Series
from optplay.plots.text import notice as notice, text_picture as text_picture
