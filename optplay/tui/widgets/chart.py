"""One chart: curves, a cursor at the playhead, and the values there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from optplay.experiments import Look
from optplay.plots import Picture, Series, line_picture, run_color, run_marker
from optplay.tui.stage import Reading

FUTURE = Style(dim=True)
AXIS_ROWS = 2
ELLIPSIS = "…"


@lru_cache(maxsize=1024)
def ink(color: tuple[int, int, int] | None) -> Style:
    """The style of a run of text in this colour."""
    return Style() if color is None else Style(color="#{:02x}{:02x}{:02x}".format(*color))


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
        self._strips: list[Strip] = []
        self._lines: list[Strip] = []
        self._base = Style()
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

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines that are to be seen, made once for all of them."""
        self._base = self.rich_style
        self._draw()
        self._lines = [self._reading_line(), *self._cut()]
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line: the readings, then the picture."""
        if y < len(self._lines):
            return self._lines[y]
        return Strip.blank(self.content_size.width, self._base)

    def _draw(self) -> None:
        """Makes the picture, unless it is there already."""
        width, height = self.content_size.width, self.content_size.height - 1
        dark = self.app.current_theme.dark
        key = (self._key, width, height, self.log_axis, self.color, dark, self._base)
        if key == self._picture_key:
            return
        self._picture_key = key
        self._picture = line_picture(
            self._series(), width=width, height=height, log=self.log_axis, x_title="epoch",
            percent=self.look.percent, color=self.color, dark=dark, x_limits=self._limits,
        )  # fmt: skip
        self._strips = [
            Strip([Segment(text, self._base + ink(color)) for text, color in row], width)
            for row in self._picture.rows
        ]

    def _cut(self) -> list[Strip]:
        """The picture with a cursor at the playhead, and dimmed beyond it."""
        first = int(self._limits[0])
        column = self._picture.column(max(self.epoch, first)) if self._picture else None
        if column is None:
            return self._strips
        cursor = self.get_component_rich_style("chart--cursor")
        lines = []
        for strip in self._strips[:-AXIS_ROWS]:
            before, at, after = strip.divide([column, column + 1, strip.cell_length])
            if not at.text.strip(" \u2800"):
                at = Strip([Segment("│", cursor)], 1)
            lines.append(Strip.join([before, at, after.apply_style(FUTURE)]))
        return [*lines, *self._strips[-AXIS_ROWS:]]

    def _reading_line(self) -> Strip:
        """The values at the playhead, with labels if they fit, and cut after a whole value."""
        width = self.content_size.width
        for labels, space, gap in ((True, " ", "  "), (False, " ", "  "), (False, "", " ")):
            parts = [self._reading(each, labels, space, gap) for each in self._readings]
            if sum(part.cell_length for part in parts) <= width + len(gap):
                break
        while sum(part.cell_length for part in parts) > width + len(gap):
            parts = [*parts[: -2 if parts[-1].text == ELLIPSIS else -1], Strip([Segment(ELLIPSIS)])]
        line = Strip.join(parts).crop(0, width)
        return line.adjust_cell_length(width).apply_style(self._base)

    def _reading(self, reading: Reading, label: bool, space: str, gap: str) -> Strip:
        mark = "●" if self.color else run_marker(reading.color_index)
        dark = self.app.current_theme.dark
        style = ink(run_color(reading.color_index, dark)) if self.color else Style()
        name = f" {reading.label}" if label else ""
        return Strip([Segment(mark + name, style), Segment(space + reading.value + gap)])

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
