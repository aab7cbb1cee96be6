"""A border around lines that are made all at once, in the styles of the theme."""

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from optplay.tui.widgets.cells import Inks


class Framed(Widget, can_focus=True):
    """Draws what `inner` gives; border and styles are made again only if the look changed."""

    BINDINGS = [Binding("enter", "workspace.zoom", "Zoom", show=False)]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._look_key: object = None
        self.dark = True
        self._ends = Strip([]), Strip([])
        self._sides = Strip([]), Strip([])
        self._made: list[tuple[list[Segment], Strip]] = []
        self.inks = Inks(Style(), Style(), (), Color(0, 0, 0))

    def inner(self) -> list[list[Segment]]:
        """The lines within the border, each as wide as the content."""
        raise NotImplementedError

    @property
    def color(self) -> bool:
        return not self.app.no_color

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._look_key = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines, made at once: line by line, as other widgets, takes several times as long."""
        self._look()
        # A line that is what it was keeps its Strip, which knows how it is sent.
        kept = [*self._made]
        self._made = [
            old if place < len(kept) and line == (old := kept[place])[0] else self._make(line)
            for place, line in enumerate(self.inner())
        ]
        middle = [strip for _, strip in self._made]
        lines = [self._ends[0], *middle, self._ends[1]][crop.y : crop.bottom]
        width = self.outer_size.width
        return lines if crop.width == width else [line.crop(crop.x, crop.right) for line in lines]

    def _make(self, line: list[Segment]) -> tuple[list[Segment], Strip]:
        left, right = self._sides
        return line, Strip([*left, *line, *right], self.outer_size.width)

    def _look(self) -> None:
        theme = self.app.current_theme
        titles = self.border_title, self.border_subtitle
        key = (self.outer_size, titles, self.has_focus, theme.name, self.app.no_color)
        if key == self._look_key:
            return
        self._look_key, self.dark, self._made = key, theme.dark, []
        width, height = self.outer_size
        top, side = super().render_lines(Region(0, 0, width, 2))
        [bottom] = super().render_lines(Region(0, height - 1, width, 1))
        self._ends, self._sides = (top, bottom), (side.crop(0, 1), side.crop(width - 1))
        background = self.background_colors[1]
        self.inks = Inks(self.rich_style, self.cursor_style(), self.get_line_filters(), background)

    def cursor_style(self) -> Style:
        return Style()

    def render_line(self, y: int) -> Strip:
        """An empty line, for what Textual draws around it."""
        return Strip.blank(self.content_size.width, self.rich_style)
