"""What stands around a chart: the axes to its left and bottom, with ticks and labels."""

from collections.abc import Sequence

from optplay.plots.palette import RGB
from optplay.plots.picture import DOTS_ACROSS, DOTS_DOWN, Picture, Row, cell
from optplay.plots.ticks import Axis

MIN_WIDTH, MIN_HEIGHT = 10, 4
_LABEL_GAP = 2  # blank cells between two labels of the bottom axis
_MIN_COLUMNS = 5  # labels of the left axis are dropped rather than leave fewer columns

_BARE = Axis(0, 1, ())


def blank(width: int, height: int) -> Picture:
    return Picture(((((" " * width, None),) if width > 0 else ()),) * height)


def too_small(width: int, height: int) -> bool:
    return width < MIN_WIDTH or height < MIN_HEIGHT


def tick_counts(columns: int, rows: int) -> tuple[int, int]:
    """Return about how many ticks look well on the bottom and on the left axis."""
    return max(2, columns // 14), max(2, (rows + 2) // 3)


def gutter(width: int, axis: Axis) -> int:
    """Return how many cells the left axis takes: its labels, if they fit, and the line."""
    labels = max((len(label) for _, label in axis.ticks), default=0) + 1
    return labels if width - labels >= _MIN_COLUMNS else 1


def compose(
    canvas: Sequence[Row],
    width: int,
    axes: tuple[Axis, Axis],
    *,
    x_title: str = "",
    above: Row | None = None,
    color: RGB | None = None,
) -> Picture:
    """Return the chart: the canvas rows, the bottom and left ``axes`` around them, and labels.

    ``canvas`` holds rows of ``width - gutter(width, left axis)`` cells; two are added below. The
    title stands among the bottom labels: at the end, or before the last one, if it fits.
    ``above`` is a row of ``width`` cells to stand above all.
    """
    x_axis, y_axis = axes
    left = gutter(width, y_axis)
    rows, columns = len(canvas), width - left
    labels: dict[int, str] = {}
    for place, label in y_axis.ticks:
        labels.setdefault(rows - 1 - cell(place, rows, DOTS_DOWN), label if left > 1 else "")
    marked, bottom = _bottom_labels(x_axis, left, columns, x_title)
    framed = [
        ((labels.get(row, "").rjust(left - 1) + ("┤" if row in labels else "│"), color), *spans)
        for row, spans in enumerate(canvas)
    ]
    rule = "".join("┬" if column in marked else "─" for column in range(columns))
    below: list[Row] = [((" " * (left - 1) + "└" + rule, color),), ((bottom, color),)]
    head: list[Row] = [above] if above is not None else []
    return Picture(
        (*head, *framed, *below),
        left,
        columns,
        x_axis.low,
        x_axis.high,
        len(head),
        rows,
        y_axis.low,
        y_axis.high,
        x_axis.log,
        y_axis.log,
    )


def message(text: str, width: int, height: int, color: RGB | None = None) -> Picture:
    rows, columns = height - 2, width - 1
    canvas: list[Row] = [((" " * columns, None),)] * rows
    canvas[rows // 2] = ((text[:columns].center(columns), color),)
    return Picture(compose(canvas, width, (_BARE, _BARE), color=color).rows)


def _bottom_labels(axis: Axis, left: int, columns: int, title: str) -> tuple[set[int], str]:
    """Return the columns of the ticks that got a label, and the line of labels with the title."""
    width = left + columns
    marked: set[int] = set()
    line, gap = "", (0, 0)
    for place, label in axis.ticks:
        column = cell(place, columns, DOTS_ACROSS)
        start = min(max(left + column - len(label) // 2, 0), width - len(label))
        if start < 0 or (line and start < len(line) + _LABEL_GAP):
            continue
        gap = (len(line), start)
        line = line.ljust(start) + label
        marked.add(column)
    for start, end in ((len(line), width), gap):
        room = end - start - (_LABEL_GAP if end == width else 2 * _LABEL_GAP)
        if title and room >= len(title):
            at = end - len(title) if end == width else start + (end - start - len(title)) // 2
            line = (line[:start].ljust(at) + title).ljust(end) + line[end:]
            break
    return marked, line.ljust(width)
