"""The line on top: what is open, where the playhead is, and what goes on in the background."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from optplay.tui.widgets.runs import fitted


class StatusLine(Widget):
    """The title on the left; the player and the work in progress on the right."""

    title: reactive[str] = reactive("")
    player: reactive[str] = reactive("")
    work: reactive[str] = reactive("")

    def render(self) -> Text:
        """The line, as wide as the screen; the title gives way first."""
        width = self.content_size.width
        right = "   ".join(part for part in (self.work, self.player) if part)
        room = width - len(right) - 1
        text = Text(no_wrap=True, end="", overflow="crop")
        text.append(fitted(self.title, max(room, 0)), "bold")
        text.append(" " + right)
        return text
