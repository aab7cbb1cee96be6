"""The key to the colours or markers of a chart."""

from collections.abc import Sequence

from optplay.plots.palette import MARKERS, run_color, run_marker
from optplay.plots.picture import Picture, Row, Span
from optplay.plots.text import shortened, text_cells

_GAP = "   "


def legend(labels: Sequence[str], *, width: int = 80, color: bool = True, dark: bool = True) -> str:
    """Return what :func:`legend_rows` does as lines; without ``color`` there is no escape."""
    return Picture(tuple(legend_rows(labels, width=width, color=color, dark=dark))).text()


def legend_rows(
    labels: Sequence[str], *, width: int = 80, color: bool = True, dark: bool = True
) -> list[Row]:
    """Return the labels in one row, each after the colour or marker of the run of its index.

    It continues in further rows where ``width`` cells are not enough; a label longer than a row is
    cut.
    """
    rows: list[list[Span]] = []
    used = 0
    for index, label in enumerate(labels):
        key = (MARKERS[0], run_color(index, dark)) if color else (run_marker(index), None)
        text = shortened(label, width - 2)
        cells = 2 + text_cells(text)
        if rows and used + len(_GAP) + cells <= width:
            rows[-1] += [(_GAP, None), key, (f" {text}", None)]
            used += len(_GAP) + cells
        else:
            rows.append([key, (f" {text}", None)])
            used = cells
    return [tuple(row) for row in rows]
