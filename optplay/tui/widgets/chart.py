"""One chart: curves, a cursor at the playhead, and the values there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from optplay.experiments import LEAST_DRAWN, Quantity
from optplay.plots import LineChart, Picture, Series, run_color, run_marker
from optplay.plots.text import shortened
from optplay.tui.stage import Reading
from optplay.tui.widgets.framed import Framed
from optplay.tui.window import Span

ELLIPSIS = "…"
# Cells of a label that still tell something.
SHORTEST = 4


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
    log_x: reactive[bool] = reactive(False, init=False)
    #: The part of the left axis that is shown, on a log axis in exponents of ten; None: its own.
    span: reactive[Span | None] = reactive(None, init=False)
    #: Whether runs that explode count for the left axis.
    whole: reactive[bool] = reactive(False, init=False)

    def __init__(self, quantity: str, kind: Quantity) -> None:
        super().__init__(id=f"chart-{quantity}")
        self.quantity = quantity
        self.kind = kind
        self.set_reactive(Chart.log_axis, kind.log)
        self._series: Callable[[], Sequence[Series]] = tuple
        self.epoch = 0
        self._readings: Sequence[Reading] = ()
        self._horizon = inf
        self._key: object = None
        self._limits = (1.0, 2.0)
        self._until: int | None = None
        self._drawing = LineChart()
        self._unit = "epoch"
        self._note = ""
        self._relative = False
        self._whole_limits: tuple[float, float] | None = None
        #: What is said where there is nothing to draw.
        self.empty = "no data yet"
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
        note: str = "",
        whole: tuple[float, float] | None = None,
    ) -> None:
        """Draws these series over epochs, called `unit`; not again if the key is the same.

        Args:
            limits: what of the epochs is shown. whole: all that there are, if these are not all.
            until: the last epoch that is shown of them, which is cheap to move; all if left out.
            note: what the curves are, in words, for the border.
        """
        asked = key, limits, unit, until, note
        if asked != (self._key, self._limits, self._unit, self._until, self._note):
            self._key, self._limits, self._unit, self._until, self._note = asked
            self._series, self._whole_limits = series, whole
            self.refresh()

    def read(self, epoch: int, readings: Sequence[Reading], horizon: float = inf) -> None:
        """Puts the cursor at an epoch, and the values there above the curves.

        Args:
            horizon: the epoch beyond which the curves are not shown yet. The axes are those of the
                whole curves, so that nothing jumps.
        """
        if (epoch, readings, horizon) != (self.epoch, self._readings, self._horizon):
            self.epoch, self._readings, self._horizon = epoch, readings, horizon
            self.refresh()

    def watch_log_axis(self) -> None:
        self.span = None
        self._title()

    def _title(self) -> None:
        relative = ", part of its peak" if self._relative else ""
        self.border_title = self.kind.title + (" (log)" if self.log_axis else relative)
        told = [self._note]
        if self.span or self.limits_cut:
            told.append("zoomed: = shows all")
        elif self._drawing.cut:
            told.append("▲ is off the axis: = shows all")
        subtitle = " · ".join(part for part in told if part)
        if str(self.border_subtitle or "") != subtitle:
            self.border_subtitle = Content(subtitle)

    @property
    def limits_cut(self) -> bool:
        """Whether a part of the epochs is shown."""
        return self._whole_limits is not None and self._limits != self._whole_limits

    def zoom_y(self, times: float) -> None:
        """Shows `times` as much of the left axis."""
        if span := self._shown_span:
            self.span = span.zoomed(times)

    def pan_y(self, share: float) -> None:
        """Moves the left axis by a share of what is shown."""
        if span := self._shown_span:
            self.span = span.moved(share)

    @property
    def _shown_span(self) -> Span | None:
        if self.span or self._picture is None or not self._picture.lines:
            return self.span
        return Span(self._picture.y_low, self._picture.y_high)

    def _look(self) -> None:
        # What the border says depends on the picture.
        self._draw()
        super()._look()

    def cursor_style(self) -> Style:
        return self.get_component_rich_style("chart--cursor")

    def inner(self) -> list[list[Segment]]:
        first, picture = int(self._limits[0]), self._picture
        if picture is None:
            return [self._reading_line()]
        column = picture.column(max(self.epoch, first))
        return [self._reading_line(), *self.inks.lines(picture, column, self._last(picture))]

    def _last(self, picture: Picture) -> int | None:
        """The last column that is shown of the curves; None for all of them."""
        high = 10.0**picture.x_high if picture.log_x else picture.x_high
        if not picture.columns or self._horizon >= min(self._limits[1], high):
            return None
        last = picture.column(self._horizon) if self._horizon >= self._limits[0] else None
        return picture.left - 1 if last is None else last

    def _draw(self) -> None:
        width, height = self.content_size.width, self.content_size.height - 1
        dark = self.app.current_theme.dark
        key = (
            self._key, self._limits, self._unit, self._until, self._note, width, height,
            self.log_axis, self.log_x, self.span, self.whole, self.color, dark,
        )  # fmt: skip
        if key == self._picture_key:
            return
        self._picture_key = key
        series = self._series()
        self._relative = any(one.unit != 1 for one in series)
        self._picture = self._drawing.picture(
            series, width=width, height=height, log=self.log_axis, x_title=self._unit,
            percent=self.kind.percent or self._relative, color=self.color, dark=dark,
            x_limits=self._limits, log_x=self.log_x, until=self._until, y_limits=self.span,
            least=LEAST_DRAWN, robust=not self.whole and not self.kind.percent, empty=self.empty,
        )  # fmt: skip
        self._title()

    def _reading_line(self) -> list[Segment]:
        """The values at the playhead, with labels as far as they fit, cut after a whole value."""
        width, plain = self.content_size.width, self.inks.style()
        longest = max((cell_len(each.label) for each in self._readings), default=0)
        ways = [(room, " ", "  ") for room in range(longest, SHORTEST - 1, -1)]
        for room, space, gap in (*ways, (0, " ", "  "), (0, "", " ")):
            parts = [self._reading(each, room, space, gap) for each in self._readings]
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

    def _reading(self, reading: Reading, room: int, space: str, gap: str) -> list[Segment]:
        mark = "●" if self.color else run_marker(reading.color_index)
        color = run_color(reading.color_index, self.dark) if self.color else None
        name = f" {shortened(reading.label, room)}" if room else ""
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
        place = picture.x_low + share * (picture.x_high - picture.x_low)
        self.post_message(self.Scrubbed(10.0**place if picture.log_x else place))
