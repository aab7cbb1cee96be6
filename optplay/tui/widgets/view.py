"""What all views share: a picture of the stage at the playhead, and what is computed for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any, ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.content import Content
from textual.message import Message

from optplay.errors import show
from optplay.experiments import Preset
from optplay.plots import Picture, notice
from optplay.scenes import Look
from optplay.training import RunConfig
from optplay.tui.screens.prompt import Prompt
from optplay.tui.stage import Stage
from optplay.tui.widgets.framed import Framed

WAITING = "computing …"
# Digits of a number that can be typed.
LONGEST = 18


@dataclass(frozen=True)
class Task:
    """Something that a view needs computed in the background.

    Attributes:
        key: equal as long as it is the same that is to be computed.
        make: called in a thread with an Event that is set once nobody waits for it any more; each
            result that it yields takes the place of the one before. No widget may be touched.
    """

    key: object
    make: Callable[[Event], Iterator[Any]]


class View(Framed):
    """Draws one picture of the stage, made again only if `key`, result, size or look changed.

    A view is a file in `tui/views` with a subclass that declares `name`, `title`, `text` and
    `order`, gives a `picture` and, where that takes more than some milliseconds, a Task that is
    `wanted`, whose results it finds in `result`. Its own keys are BINDINGS whose actions call
    `changed`.

    Attributes:
        stage: what is shown.
        result: the newest result of the task; None before the first, and once it is outdated.
        complete: whether the task has come to its end. version: counts the results.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    text: ClassVar[str]
    order: ClassVar[int]

    BINDINGS = [Binding("escape", "app.view('charts')", "Charts", tooltip="back to the charts")]

    @dataclass
    class Changed(Message):
        """The view is to show something else."""

        view: "View"

    @dataclass
    class Scrubbed(Message):
        """The playhead is to be put at an epoch."""

        epoch: float

    @dataclass
    class Turned(Message):
        """A knob is to stand at another value."""

        key: str
        value: Any

    @dataclass
    class Edited(Message):
        """The selected run is to have another configuration."""

        config: RunConfig

    def __init__(self) -> None:
        super().__init__(id=f"view-{self.name}")
        self.add_class("view")
        self.stage: Stage | None = None
        self.result: Any = None
        self.complete = False
        self.task_key: object = None
        self._shown: Picture | None = None
        self._shown_key: object = None
        self.version = 0
        self.failure = ""

    @classmethod
    def refusal(cls, preset: Preset) -> str | None:
        """Why there is nothing to see with this preset, in a sentence; None if there is."""
        return None

    @classmethod
    def opens(cls, preset: Preset) -> bool:
        """Whether a preset is opened on this view instead of the charts."""
        return False

    def begin(self) -> None:
        """Another preset is on the screen: back to what is shown at first."""

    def heading(self, stage: Stage) -> str:
        """What the border says."""
        return self.title

    def hint(self, stage: Stage) -> str:
        """What the border says below, as the view's own keys."""
        return ""

    @property
    def every_seed(self) -> bool:
        """Whether it is about all of the preset's seeds, whichever one is shown."""
        return False

    def command(self, stage: Stage) -> list[str]:
        """What comes in the place of `run` in the command that computes the same, and behind it."""
        return ["run"]

    def wanted(self, stage: Stage) -> Task | None:
        """What is to be computed now."""
        return None

    def key(self, stage: Stage) -> object:
        """Equal as long as the picture is; the result, the size and the look need not be in it."""
        return stage.key(), stage.player.epoch

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        """Exactly `height` rows of `width` cells; in the interface's thread, in milliseconds."""
        raise NotImplementedError

    def show(self, stage: Stage) -> None:
        """Shows the stage as it is now."""
        if stage is not self.stage:
            self.stage, self.result = stage, None
            self.version += 1
            self.wait_for(None)
            self.begin()
        preset = stage.session.preset
        refused = self.refusal(preset)
        self.border_title = Content(self.title if refused else self.heading(stage))
        self.border_subtitle = Content("" if refused else self._hint(stage))
        if self._picture_key(stage) != self._shown_key:
            self.refresh()

    def _hint(self, stage: Stage) -> str:
        """The view's keys, where they work; else how they come to."""
        if self.has_focus or "BINDINGS" not in vars(type(self)):
            return self.hint(stage)
        return "click it for its keys"

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        if self.stage:
            self.show(self.stage)

    def changed(self) -> None:
        """To be called when a key changed what the view shows."""
        self.post_message(self.Changed(self))

    def wait_for(self, key: object) -> None:
        """Something else is being computed from now on."""
        self.task_key, self.complete, self.failure = key, False, ""

    def take(self, result: Any, complete: bool) -> None:
        """Takes a result; None drops one that is outdated."""
        self.result, self.complete = result, complete
        self.version += 1
        if self.stage:
            self.show(self.stage)

    def fail(self, reason: str) -> None:
        """Takes the error that its task ended with: it is not tried again."""
        self.failure = reason
        self.take(None, True)

    def ask_number(
        self, title: str, now: int, most: int, take: Callable[[int], None], least: int = 1
    ) -> None:
        """Lets a whole number from `least` to `most` be typed."""

        def check(text: str) -> str | None:
            inside = text.isdecimal() and len(text) <= LONGEST and least <= int(text) <= most
            return None if inside else f"found {show(text)}, allowed: {least} to {most}"

        def taken(text: str | None) -> None:
            if text is not None:
                take(int(text))

        self.app.push_screen(Prompt(title, str(now), check), taken)

    @property
    def drawn(self) -> Picture | None:
        """The picture on the screen."""
        return self._shown

    def _picture_key(self, stage: Stage) -> object:
        refused = self.refusal(stage.session.preset)
        look = self.content_size, self.color, self.app.current_theme.dark
        return refused or self.key(stage), self.version, look

    @property
    def look(self) -> Look:
        """What pictures are to be drawn for."""
        return Look(color=self.color, dark=self.app.current_theme.dark)

    def waiting(self, width: int, height: int) -> Picture:
        """What is shown before there is anything."""
        return notice(WAITING, width, height)

    def inner(self) -> list[list[Segment]]:
        """The picture, made unless it is there already."""
        stage, (width, height) = self.stage, self.content_size
        if stage is None:
            return []
        key = self._picture_key(stage)
        if key != self._shown_key or self._shown is None:
            told = self.refusal(stage.session.preset) or self.failure
            self._shown_key = key
            self._shown = (
                notice(told, width, height) if told else self.picture(stage, width, height)
            )
        return self.inks.lines(self._shown, None)
