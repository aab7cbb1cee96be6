"""The gate before the app's screen, for what came past the others, as what is pasted."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from optplay.gate import COMMANDING


class Gate(LineFilter):
    """Takes out what commands a terminal, and keeps all else in its cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if not any(COMMANDING.search(segment.text) for segment in segments):
            return segments
        return [
            Segment(COMMANDING.sub(lambda c: "?" * cell_len(c[0]), text), style, control)
            for text, style, control in segments
        ]
