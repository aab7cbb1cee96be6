"""One chart: curves, a cursor at the playhead, and the values there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.color import Color
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from optplay.experiments import Look
from optplay.plots import Picture, Series, line_picture, run_color, run_marker
from optplay.tui.stage import Reading
from optplay.tui.widgets.cells import Inks

ELLIPSIS = "…"


class Chart(Widget, can_focus=True):
    """Draws series over the epochs; what lies beyond the playhead is dimmed.

    The picture is made again only if the series, the size or the look changed. Moving the playhead
    cuts the picture that is there.
    """

    COMPONENT_CLASSES = {"chart--cursor"}
    BINDINGS = [Binding("enter", "app.zoom", "Zoom", show=False)]

    @dataclass
    class Scrubbed(Message):
        """The pointer asked for an epoch."""

        epoch: float

    log_axis: reactive[bool] = reactive(False, init=False)

    def __init__(self, quantity: str, look: Look) -> None:
        super().__init__(id=f"chart-{quantity}")
        self.quantity = quantity
        self.look = look
        self.set_reactive(Chart.log_axis, look.log)
        self._series: Callable[[], Sequence[Series]] = tuple
        self.epoch = 0
        self._readings: Sequence[Reading] = ()
        self._key: object = None
        self._limits = (1.0, 2.0)
        self._picture: Picture | None = None
        self._picture_key: object = None
        self._look_key: object = None
        self._dark = True
        self._ends = Strip([]), Strip([])
        self._sides = Strip([]), Strip([])
        self._inks = Inks(Style(), Style(), (), Color(0, 0, 0))
        self._title()

    def show(
        self, key: object, series: Callable[[], Sequence[Series]], limits: tuple[float, float]
    ) -> None:
        """Draws these series from now on; nothing happens if the key is the one shown already."""
        if key != self._key:
            self._key, self._series, self._limits = key, series, limits
            self.refresh()

    def read(self, epoch: int, readings: Sequence[Reading]) -> None:
        """Puts the cursor at an epoch, and the values there above the curves."""
        if (epoch, readings) != (self.epoch, self._readings):
            self.epoch, self._readings = epoch, readings
            self.refresh()

    def watch_log_axis(self) -> None:
        self._title()

    def _title(self) -> None:
        self.border_title = self.look.title + (" (log)" if self.log_axis else "")

    @property
    def color(self) -> bool:
        """Whether the screen has colours."""
        return not self.app.no_color

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._look_key = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines, made at once: line by line, as other widgets, takes several times as long."""
        self._look()
        self._draw()
        first, picture = int(self._limits[0]), self._picture
        column = picture.column(max(self.epoch, first)) if picture else None
        width, left, right = self.outer_size.width, *self._sides
        inner = [self._reading_line()]
        if picture:
            inner += self._inks.lines(picture, column)
        middle = [Strip([*left, *line, *right], width) for line in inner]
        lines = [self._ends[0], *middle, self._ends[1]][crop.y : crop.bottom]
        return lines if crop.width == width else [line.crop(crop.x, crop.right) for line in lines]

    def _look(self) -> None:
        """Makes the border and the styles, unless they are there already."""
        theme = self.app.current_theme
        key = (self.outer_size, self.border_title, self.has_focus, theme.name, self.app.no_color)
        if key == self._look_key:
            return
        self._look_key, self._dark = key, theme.dark
        width, height = self.outer_size
        top, side = super().render_lines(Region(0, 0, width, 2))
        [bottom] = super().render_lines(Region(0, height - 1, width, 1))
        self._ends, self._sides = (top, bottom), (side.crop(0, 1), side.crop(width - 1))
        background = self.background_colors[1]
        cursor = self.get_component_rich_style("chart--cursor")
        self._inks = Inks(self.rich_style, cursor, self.get_line_filters(), background)

    def render_line(self, y: int) -> Strip:
        """An empty line, for what Textual draws around it."""
        return Strip.blank(self.content_size.width, self.rich_style)

    def _draw(self) -> None:
        """Makes the picture, unless it is there already."""
        width, height = self.content_size.width, self.content_size.height - 1
        key = (self._key, width, height, self.log_axis, self.color, self._dark)
        if key == self._picture_key:
            return
        self._picture_key = key
        self._picture = line_picture(
            self._series(), width=width, height=height, log=self.log_axis, x_title="epoch",
            percent=self.look.percent, color=self.color, dark=self._dark, x_limits=self._limits,
        )  # fmt: skip

    def _reading_line(self) -> list[Segment]:
        """The values at the playhead, with labels if they fit, and cut after a whole value."""
        width, plain = self.content_size.width, self._inks.style()
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
        color = run_color(reading.color_index, self._dark) if self.color else None
        name = f" {reading.label}" if label else ""
        style = self._inks.style
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
