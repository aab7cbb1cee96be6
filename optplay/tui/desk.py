"""What the parts of the app work on, and how they say what they did. Nothing here knows Textual."""

from collections.abc import Callable
from time import monotonic

from optplay.errors import InputError
from optplay.experiments import Preset, cautions, load
from optplay.experiments.tries import tried
from optplay.tui.player import USUAL, Player
from optplay.tui.session import Session
from optplay.tui.stage import Stage


class Desk:
    """The session and the stage under the eyes of all parts; opening a preset sets a new stage.

    Attributes:
        edited: to be called when the session is another. selected: when another run is selected.
        opened: when another preset is on the desk.
        autoplay: whether what is opened plays once by itself; what undo comes back to does not.
        moved: when only what is shown changed, as by the playhead.
        said: to be called with a sentence for the person at the screen; told: with one on what is
            wrong.
    """

    def __init__(
        self, preset: Preset, opened: str, *, seconds: float = USUAL,
        autoplay: bool = False, clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        self.clock, self.autoplay = clock, autoplay
        self.edited: Callable[[], None] = lambda: None
        self.selected: Callable[[], None] = lambda: None
        self.opened: Callable[[], None] = lambda: None
        self.moved: Callable[[], None] = lambda: None
        self.said: Callable[[str], None] = lambda sentence: None
        self.told: Callable[[str], None] = lambda sentence: None
        self._cautioned: list[str] = []
        self.session = Session(preset, opened, clock)
        self._lay(seconds, play=autoplay)

    def _lay(self, seconds: float, *, play: bool) -> None:
        self.stage = Stage(self.session, Player(self.session.run.config.epochs, seconds))
        if play:
            self.player.play_once()

    def open(self, preset: Preset, opened: str, edited: Preset | None = None) -> None:
        """Lays another preset on the desk, as it is there or `edited`; the speed stays."""
        self._move(lambda: self.session.open(preset, opened, edited), play=self.autoplay)

    def undo(self) -> None:
        """Takes the last edit back, or the opening of this preset."""
        if not self._move(self.session.undo):
            self.said("Nothing to undo")

    def redo(self) -> None:
        if not self._move(self.session.redo):
            self.said("Nothing to redo")

    def reset(self) -> None:
        """Puts the preset as it was."""
        if self._move(self.session.reset):
            self.said("The preset as it was; u brings your edits back")
        else:
            self.said("This is the preset as it was")

    def try_next(self) -> None:
        """Does what the preset proposes to try next: on the preset as it was, or another preset."""
        source = self.session.state.source
        preset, tries = source.original, source.original.tries
        if not tries:
            self.said("This preset proposes nothing to try: turn its knobs")
            return
        number = source.tried % len(tries)
        one = tries[number]

        def do() -> None:
            if one.preset:
                self.open(load(one.preset), one.preset)
            else:
                self.session.adopt(tried(preset, number))

        if self.attempt(do):
            source.tried = number + 1
            self.said(f"Try {source.tried} of {len(tries)}: {one.text} (u takes it back)")

    def _move(self, go: Callable[[], object], *, play: bool = False) -> bool:
        """Goes to another state of the session; one of another preset may `play` by itself."""
        before = self.session.state
        go()
        if (now := self.session.state) is before:
            return False
        if now.source is before.source:
            self.edited()
        else:
            self._lay(self.player.seconds, play=play)
            self.opened()
        return True

    @property
    def player(self) -> Player:
        return self.stage.player

    def attempt(self, edit: Callable[[], object]) -> bool:
        """Makes an edit; one that is refused is told."""
        before = self.session.state.source
        try:
            edit()
        except InputError as error:
            self.told(str(error))
            return False
        if self.session.state.source is before:
            # Else another preset was opened, which is told by then.
            self.edited()
        return True

    def turn(self, name: str, value: object) -> None:
        """Turns a knob; says what else it changed."""
        label, was = self.session.run.label, self.session.run.config.optimizer
        turned = self.attempt(lambda: self.session.turn(name, value))
        if turned and name == "optimizer" and value != was:
            run = self.session.run
            rule, rate = run.config.rule.title, run.config.lr
            now = "" if run.label == label else f" is now {run.label},"
            self.said(f"{label}{now} at {rule}'s usual rate, lr {rate:g}; u takes it back")

    def caution(self) -> None:
        """Tells once what the runs ask for that comes to nothing."""
        before, self._cautioned = self._cautioned, cautions(self.session.preset)
        for caution in self._cautioned:
            if caution not in before:
                self.told(caution)

    def select(self, place: int) -> None:
        self.session.select(place)
        self.selected()
