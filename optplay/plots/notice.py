"""A sentence where a picture would be."""

from textwrap import wrap

from optplay.plots.palette import RGB
from optplay.plots.picture import Picture, Row

_MARGIN = 4


def notice(text: str, width: int, height: int, color: RGB | None = None) -> Picture:
    """Return ``height`` rows of ``width`` cells with a text in the middle, wrapped and centred."""
    lines = [part for line in text.split("\n") for part in wrap(line, max(width - _MARGIN, 1))]
    lines = lines[: max(height, 0)]
    above = (height - len(lines)) // 2
    centred = [((line[:width].center(width), color),) for line in lines]
    empty: Row = ((" " * width, None),) if width > 0 else ()
    rows: list[Row] = [empty] * above + centred + [empty] * (height - above - len(lines))
    return Picture(tuple(rows))
