"""What the parts of the app work on, and how they say what they did. Nothing here knows Textual."""

from collections.abc import Callable
from time import monotonic

from optplay.errors import InputError
from optplay.experiments import Preset
from optplay.tui.player import DEFAULT_SPEED, Player
from optplay.tui.session import Session
from optplay.tui.stage import Stage


class Desk:
    """The session and the stage under the eyes of all parts; opening a preset lays new ones.

    Attributes:
        edited: to be called when the session is another. selected: when another run is selected.
        moved: when only what is shown changed, as by the playhead.
        told: to be called with a sentence for the person at the screen.
    """

    def __init__(
        self, preset: Preset, opened: str, *, speed: float = DEFAULT_SPEED,
        clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        self.clock = clock
        self.edited: Callable[[], None] = lambda: None
        self.selected: Callable[[], None] = lambda: None
        self.moved: Callable[[], None] = lambda: None
        self.told: Callable[[str], None] = lambda sentence: None
        self._lay(preset, opened, speed, whole_problem=True)

    def _lay(self, preset: Preset, opened: str, speed: float, *, whole_problem: bool) -> None:
        self.session = Session(preset, opened, self.clock)
        self.session.whole_problem = whole_problem
        self.stage = Stage(self.session, Player(preset.runs[0].config.epochs, speed))

    def open(self, preset: Preset, opened: str) -> None:
        """Lays another preset on the desk; the speed and the scope of knobs stay what they are."""
        self._lay(preset, opened, self.player.speed, whole_problem=self.session.whole_problem)

    @property
    def player(self) -> Player:
        return self.stage.player

    def attempt(self, edit: Callable[[], object]) -> bool:
        """Makes an edit; one that is refused is told."""
        try:
            edit()
        except InputError as error:
            self.told(str(error))
            return False
        self.edited()
        return True

    def select(self, place: int) -> None:
        self.session.select(place)
        self.selected()
