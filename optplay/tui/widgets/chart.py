"""One chart: curves, a cursor at the playhead, and the values there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive

from optplay.experiments import LEAST_DRAWN, Quantity
from optplay.plots import LineChart, Picture, Series, run_color, run_marker
from optplay.tui.stage import Reading
from optplay.tui.widgets.framed import Framed

ELLIPSIS = "…"


class Chart(Framed):
    """Draws series over the epochs; what lies beyond the playhead is dimmed.

    The picture is made again only if the series, the size or the look changed. Moving the playhead
    cuts the picture that is there.
    """

    COMPONENT_CLASSES = {"chart--cursor"}

    @dataclass
    class Scrubbed(Message):
        """The pointer asked for an epoch."""

        epoch: float

    log_axis: reactive[bool] = reactive(False, init=False)

    def __init__(self, quantity: str, kind: Quantity) -> None:
        super().__init__(id=f"chart-{quantity}")
        self.quantity = quantity
        self.kind = kind
        self.set_reactive(Chart.log_axis, kind.log)
        self._series: Callable[[], Sequence[Series]] = tuple
        self.epoch = 0
        self._readings: Sequence[Reading] = ()
        self._key: object = None
        self._limits = (1.0, 2.0)
        self._until: int | None = None
        self._drawing = LineChart()
        self._unit = "epoch"
        self._picture: Picture | None = None
        self._picture_key: object = None
        self._title()

    def show(
        self,
        key: object,
        series: Callable[[], Sequence[Series]],
        limits: tuple[float, float],
        unit: str = "epoch",
        until: int | None = None,
    ) -> None:
        """Draws these series over epochs, called `unit`; not again if the key is the same.

        Args:
            until: the last epoch that is shown of them, which is cheap to move; all if left out.
        """
        if (key, unit, until) != (self._key, self._unit, self._until):
            self._key, self._series, self._limits, self._unit = key, series, limits, unit
            self._until = until
            self.refresh()

    def read(self, epoch: int, readings: Sequence[Reading]) -> None:
        """Puts the cursor at an epoch, and the values there above the curves."""
        if (epoch, readings) != (self.epoch, self._readings):
            self.epoch, self._readings = epoch, readings
            self.refresh()

    def watch_log_axis(self) -> None:
        self._title()

    def _title(self) -> None:
        self.border_title = self.kind.title + (" (log)" if self.log_axis else "")

    def cursor_style(self) -> Style:
        return self.get_component_rich_style("chart--cursor")

    def inner(self) -> list[list[Segment]]:
        self._draw()
        first, picture = int(self._limits[0]), self._picture
        column = picture.column(max(self.epoch, first)) if picture else None
        return [self._reading_line(), *(self.inks.lines(picture, column) if picture else [])]

    def _draw(self) -> None:
        width, height = self.content_size.width, self.content_size.height - 1
        key = (
            self._key, self._unit, self._until, width, height, self.log_axis, self.color, self.dark
        )  # fmt: skip
        if key == self._picture_key:
            return
        self._picture_key = key
        self._picture = self._drawing.picture(
            self._series(), width=width, height=height, log=self.log_axis, x_title=self._unit,
            percent=self.kind.percent, color=self.color, dark=self.dark, x_limits=self._limits,
            until=self._until, least=LEAST_DRAWN,
        )  # fmt: skip

    def _reading_line(self) -> list[Segment]:
        """The values at the playhead, with labels if they fit, and cut after a whole value."""
        width, plain = self.content_size.width, self.inks.style()
        for labels, space, gap in ((True, " ", "  "), (False, " ", "  "), (False, "", " ")):
            parts = [self._reading(each, labels, space, gap) for each in self._readings]
            lengths = [sum(cell_len(segment.text) for segment in part) for part in parts]
            if sum(lengths) <= width + len(gap):
                break
        fitting = len(parts)
        if sum(lengths) > width + len(gap):
            while fitting and sum(lengths[:fitting]) + len(ELLIPSIS) > width:
                fitting -= 1
            parts[fitting:] = [[Segment(ELLIPSIS, plain)]]
        line = [segment for part in parts for segment in part]
        return Segment.adjust_line_length(line, width, plain)

    def _reading(self, reading: Reading, label: bool, space: str, gap: str) -> list[Segment]:
        mark = "●" if self.color else run_marker(reading.color_index)
        color = run_color(reading.color_index, self.dark) if self.color else None
        name = f" {reading.label}" if label else ""
        style = self.inks.style
        return [Segment(mark + name, style(color)), Segment(space + reading.value + gap, style())]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._scrub(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._scrub(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()

    def _scrub(self, event: events.MouseEvent) -> None:
        picture = self._picture
        if picture is None or picture.columns < 2:
            return
        across = event.x - self.gutter.left - picture.left
        share = min(max(across / (picture.columns - 1), 0), 1)
        self.post_message(self.Scrubbed(picture.x_low + share * (picture.x_high - picture.x_low)))
