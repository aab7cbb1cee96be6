"""Several pictures beside and below each other, each under its title."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optplay.plots.frame import blank
from optplay.plots.palette import run_color, run_marker
from optplay.plots.picture import Picture, Row
from optplay.plots.text import shortened, text_picture

_GAP = 2
# Cells of the smallest panel, with its title.
_LEAST = 10, 5
# A cell is about twice as high as wide.
_CELL_RATIO = 2


@dataclass(frozen=True, eq=False)
class Panel:
    """A picture of the size it will be given, and the title above it.

    Attributes:
        title: a run's label, in general.
        draw: gives the picture of a width and a height.
        color_index: whose run's colour or marker stands before the title; None for neither.
    """

    title: str
    draw: Callable[[int, int], Picture]
    color_index: int | None = None


def abreast(
    panels: Sequence[Panel],
    width: int,
    height: int,
    *,
    color: bool = True,
    dark: bool = True,
    columns: int | None = None,
) -> Picture:
    """Draw panels on a grid, in `columns`, or in as many as leave each of them the most room.

    Returns:
        ``height`` rows of ``width`` cells. Where not all fit, the last title counts the others.
    """
    most = (width + _GAP) // (_LEAST[0] + _GAP) * (height // _LEAST[1])
    if not panels or most < 1:
        return blank(width, height)
    if len(panels) > most:
        others = Panel(f"and {len(panels) - most + 1} more", blank)
        panels = [*panels[: most - 1], others]
    columns = columns or max(
        range(1, len(panels) + 1), key=lambda c: _room(len(panels), c, width, height)
    )
    rows = -(-len(panels) // columns)
    across = (width - _GAP * (columns - 1)) // columns
    tall, spare = divmod(height, rows)
    lines: list[Row] = []
    for line in range(rows):
        # The last rows of the screen belong to the last row of panels.
        high = tall + spare * (line == rows - 1)
        group = panels[line * columns : (line + 1) * columns]
        lines += _row(group, across, high, width, color, dark)
    return Picture(tuple(lines))


def _room(count: int, columns: int, width: int, height: int) -> int:
    """Return the shorter side that each panel gets, in the width of a cell."""
    across = (width - _GAP * (columns - 1)) // columns
    return min(across, _CELL_RATIO * (height // -(-count // columns) - 1))


def _row(
    panels: Sequence[Panel], across: int, high: int, width: int, color: bool, dark: bool
) -> list[Row]:
    columns = []
    for panel in panels:
        picture = panel.draw(across, high - 1)
        columns.append([_title(panel, across, color, dark), *picture.rows])
    used = len(panels) * across + _GAP * (len(panels) - 1)
    result = []
    for cells in zip(*columns, strict=True):
        row = [*cells[0]]
        for more in cells[1:]:
            row += [(" " * _GAP, None), *more]
        result.append((*row, (" " * (width - used), None)))
    return result


def _title(panel: Panel, across: int, color: bool, dark: bool) -> Row:
    if panel.color_index is None:
        return text_picture([((shortened(panel.title, across), None),)], across, 1).rows[0]
    mark = "●" if color else run_marker(panel.color_index)
    ink = run_color(panel.color_index, dark) if color else None
    title = shortened(f"{mark} {panel.title}", across)
    return text_picture([((title, ink),)], across, 1).rows[0]
