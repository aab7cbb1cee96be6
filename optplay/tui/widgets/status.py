"""The line on top: what is open, where the playhead is, and what goes on in the background."""

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from optplay.counting import counted
from optplay.tui.desk import Desk
from optplay.tui.keyboard import key
from optplay.tui.player import speed_name
from optplay.tui.widgets.runs import fitted

EDITED = "   edited"


class StatusLine(Widget):
    """The title on the left; the player and the work in progress on the right."""

    KEYS = [
        key("space", "status.play", "Play", "plays or pauses; at the end, plays from the start"),
        key("full_stop", "status.step(1)", "Step", "one epoch forward"),
        key("comma", "status.step(-1)", "Step back", "one epoch back"),
        key("right", "status.scrub(1)", "Scrub forward", "a fiftieth of the run forward"),
        key("left", "status.scrub(-1)", "Scrub back", "a fiftieth of the run back"),
        key("home", "status.jump(0)", "To the start", "puts the playhead before the first epoch"),
        key("end", "status.jump(1)", "To the end", "puts the playhead at the last epoch"),
        key("right_square_bracket", "status.speed(1)", "Faster", "the next higher speed"),
        key("left_square_bracket", "status.speed(-1)", "Slower", "the next lower speed"),
    ]

    title: reactive[str] = reactive("")
    player: reactive[str] = reactive("")
    work: reactive[str] = reactive("")
    edited: reactive[bool] = reactive(False)

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="status")
        self._desk = desk

    def show(self) -> None:
        session, stage, player = self._desk.session, self._desk.stage, self._desk.player
        self.title = f"optplay   {session.preset.title}"
        self.edited = session.edited
        sign = "▶" if player.playing else "‖" if not player.at_end else "■"
        seeds, unit = session.preset.seeds, session.preset.unit
        which = f"seed {session.state.seed}"
        if stage.all_seeds:
            complete = len(stage.results.preset.seeds) if stage.results else 0
            partly = "" if complete == len(seeds) else f"{complete} of "
            which = f"{partly or 'all '}{counted(len(seeds), 'seed')}"
        where = f"{sign} {unit} {player.epoch}/{player.epochs}"
        self.player = f"{which}   {where}   {speed_name(player.seconds)}"

    def action_play(self) -> None:
        self._desk.player.toggle()
        self._desk.moved()

    def action_step(self, by: int) -> None:
        self._desk.player.step(by)
        self._desk.moved()

    def action_scrub(self, by: int) -> None:
        self._desk.player.scrub(by)
        self._desk.moved()

    def action_jump(self, end: int) -> None:
        self._desk.player.go(end * self._desk.player.epochs)
        self._desk.moved()

    def action_speed(self, by: int) -> None:
        self._desk.player.faster(by)
        self._desk.moved()

    def render(self) -> Text:
        """The line, as wide as the screen; the title gives way first."""
        width = self.content_size.width
        right = "   ".join(part for part in (self.work, self.player) if part)
        needed = cell_len(self.title) + len(EDITED) * self.edited
        if needed + 1 + len(right) > width:
            right = right.replace("whole run", "run")
        room = max(width - len(right) - 1, 0)
        text = Text(no_wrap=True, end="", overflow="crop")
        if self.edited:
            # Before what is cut: ctrl+r and `s` are for it.
            title = fitted(self.title, min(len(self.title), max(room - len(EDITED), 0)))
            text.append(title, "bold")
            text.append(fitted(EDITED, room - len(title)), "italic")
        else:
            text.append(fitted(self.title, room), "bold")
        text.append(" " + right)
        return text
