"""The key to the colours or markers of a chart."""

import unicodedata
from collections.abc import Sequence

from optplay.plots.palette import MARKERS, paint, run_color, run_marker

_GAP = "   "


def legend(labels: Sequence[str], *, width: int = 80, color: bool = True, dark: bool = True) -> str:
    """Return the labels in one line, each after the colour or marker of the run of its index.

    It continues on further lines where ``width`` cells are not enough; a label longer than a line
    is cut. Without ``color`` there is no escape in the text.
    """
    lines: list[str] = []
    used = 0
    for index, label in enumerate(labels):
        key = paint(MARKERS[0], run_color(index, dark)) if color else run_marker(index)
        text = cut("".join(c for c in label if c.isprintable()), width - 2)
        cells = 2 + _cells(text)
        if lines and used + len(_GAP) + cells <= width:
            lines[-1] += f"{_GAP}{key} {text}"
            used += len(_GAP) + cells
        else:
            lines.append(f"{key} {text}")
            used = cells
    return "\n".join(lines)


def _cells(text: str) -> int:
    """Return how many cells a terminal gives to ``text``."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def cut(text: str, cells: int) -> str:
    """Return the text in at most `cells` cells, with an ellipsis if it is longer."""
    if _cells(text) <= cells:
        return text
    while text and _cells(text) > cells - 1:
        text = text[:-1]
    return text + "…"


def fit(text: str, cells: int) -> str:
    """Return the text in exactly ``cells`` cells."""
    text = cut(text, cells) if cells > 0 else ""
    return text + " " * (cells - _cells(text))
