"""The screen under all dialogs. It draws less than Textual's own (8.2), and sooner."""

from time import monotonic

from textual import events
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

# Textual draws in step with a clock of 60 ticks a second; what comes later than this after the
# drawing before need not wait for the next tick.
APART_SECONDS = 0.008


class Narrow(Compositor):
    """Renders those lines of those widgets that are to be drawn.

    Textual's renders all widgets in the rectangle around all that changed: with a change on top and
    one at the bottom that is the whole screen.
    """

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed since the last update, line by line between the edges of widgets."""
        regions = {*self._dirty_regions}
        self._dirty_regions.clear()
        if not regions:
            return None
        height, cuts = self.size.height, self.cuts
        spans = [span for span in self._regions_to_spans(regions) if 0 <= span[0] < height]
        if not spans:
            return None
        chops: list[dict[int, Strip | None]] = [{} for _ in cuts]
        # Of each line, what still has to be filled.
        free: dict[int, set[int]] = {}
        for y, left, right in spans:
            chops[y] = chops[y] or dict.fromkeys(cuts[y][:-1])
            pairs = zip(cuts[y], cuts[y][1:], strict=False)
            free.setdefault(y, set()).update(
                cut for cut, end in pairs if cut < right and end > left
            )
        # From front to back: what is behind is covered.
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            first, last = shown.column_span
            lines = [
                y for y in free if shown.y <= y < shown.bottom
                and any(first <= cut < last for cut in free[y])
            ]  # fmt: skip
            if not lines:
                continue
            top, bottom = min(lines), max(lines) + 1
            place = Region(shown.x - region.x, top - region.y, shown.width, bottom - top)
            strips = widget.render_lines(place)
            for y in lines:
                edges = [cut for cut in cuts[y] if first <= cut <= last]
                parts = strips[y - top].divide([edge - first for edge in edges[1:]])
                for edge, part in zip(edges, parts, strict=False):
                    if edge in free[y]:
                        chops[y][edge] = part
                        free[y].remove(edge)
                if not free[y]:
                    del free[y]
            if not free:
                break
        return ChopsUpdate(chops, spans, [line[1:] for line in cuts])


class Main(Screen[None]):
    """The app's own screen."""

    # Textual's draws all of it again wherever the focus goes; those that get it and lose it do
    # that themselves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self) -> None:
        super().__init__(id="_default")
        self._compositor = Narrow()
        self._drawn_at = 0.0

    async def _on_idle(self, event: events.Idle) -> None:
        # Textual's own comes after this, and finds nothing left to draw. Keys that wait go first.
        late = monotonic() - self._drawn_at >= APART_SECONDS
        if late and self.is_current and not self.app.message_queue_size:
            self._on_timer_update()

    def _on_timer_update(self) -> None:
        super()._on_timer_update()
        self._drawn_at = monotonic()
