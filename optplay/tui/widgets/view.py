"""What all views share: a picture of the stage at the playhead, and what is computed for it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any, ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

from optplay.errors import show
from optplay.experiments import Preset
from optplay.experiments.tables import exact
from optplay.plots import Look, Picture, notice
from optplay.registry import Instrument
from optplay.training import RunConfig
from optplay.tui.desk import Desk
from optplay.tui.keyboard import identified
from optplay.tui.screens.prompt import Prompt
from optplay.tui.stage import Stage
from optplay.tui.widgets.framed import Framed

# What is shown unless a preset opens on another one.
FIRST = "curves"
WAITING = "computing …"
# Where numbers are not exact.
BY_MACHINE = " · last digits by machine"
# Digits of a number that can be typed.
LONGEST = 18


@dataclass(frozen=True)
class Task:
    """Something that a view needs computed in the background.

    Attributes:
        key: equal as long as it is the same that is to be computed.
        make: called in a thread with an Event that is set once nobody waits for it any more; each
            result that it yields takes the place of the one before. No widget may be touched. An
            InputError becomes a result in words.
    """

    key: object
    make: Callable[[Event], Iterator[Any]]

    @classmethod
    def told(cls, sentence: str) -> "Task":
        """One that comes to this sentence."""
        return cls(sentence, lambda stop: iter([sentence]))


class View(Widget):
    """What an instrument shows in the app.

    A view is the file `view.py` of an instrument, with a subclass called `view` that names its
    `instrument`. Most are a `PictureView`. What takes more than some milliseconds is a Task that is
    `wanted`, whose results it finds in `result`. Its own keys are BINDINGS; those that work
    wherever the focus is are KEYS, whose action is `workspace.of_view('name', 'action')`.

    Attributes:
        desk: through which it edits. stage: what is shown.
        result: the newest result of the task; None before the first, and once it is outdated. A
            PictureView shows one in words in place of its picture.
        complete: whether the task has come to its end. version: counts the results.
    """

    instrument: ClassVar[Instrument]
    KEYS: ClassVar[list[Binding]] = []

    def __init_subclass__(cls, **options: Any) -> None:
        if "BINDINGS" in vars(cls):
            cls.BINDINGS = [*identified(cls.instrument.name, cls.BINDINGS)]
        super().__init_subclass__(**options)

    def __init__(self, desk: Desk) -> None:
        super().__init__(id=f"view-{self.instrument.name}")
        self.desk = desk
        self.stage: Stage | None = None
        self.result: Any = None
        self.complete = False
        self.task_key: object = None
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

    def trained(self, stage: Stage) -> Iterable[RunConfig] | None:
        """The runs that it is of, where they are others than the preset's."""
        return None

    def show(self, stage: Stage) -> None:
        """Shows the stage as it is now."""
        if stage is not self.stage:
            self.stage, self.result = stage, None
            self.version += 1
            self.wait_for(None)
            self.begin()

    def lay_out(self, stage: Stage, *, single: bool) -> None:
        """Lays out what is in it; `single` if there is room for one picture only."""

    @property
    def foremost(self) -> Widget:
        """The part of it that takes the focus."""
        return self

    def zoom(self) -> None:
        """It is about to be given the whole area."""

    def changed(self) -> None:
        """To be called when a key changed what the view shows."""
        self.desk.moved()

    def wait_for(self, key: object) -> None:
        """Something else is being computed from now on."""
        self.task_key, self.complete, self.failure = key, False, ""

    def take(self, result: Any, complete: bool) -> None:
        """Takes a result; None drops one that is outdated."""
        self.result, self.complete = result, complete
        self.version += 1
        if self.stage:
            self.show(self.stage)

    def drop(self) -> None:
        """The runs were edited while it is not shown: it keeps nothing of those before."""
        self.result = None
        self.version += 1
        self.wait_for(None)

    def fail(self, reason: str) -> None:
        """Takes the error that its task ended with: it is not tried again."""
        self.failure = reason
        self.take(None, True)

    def ask_number(self, title: str, now: int, most: int, take: Callable[[int], None]) -> None:
        def check(text: str) -> str | None:
            inside = text.isdecimal() and len(text) <= LONGEST and 1 <= int(text) <= most
            return None if inside else f"found {show(text)}, allowed: 1 to {most}"

        Prompt(title, str(now), check).ask(self.app, lambda text: take(int(text)))


class PictureView(View, Framed, can_focus=True):
    """Draws one picture of the stage, made again only if `key`, result, size or look changed.

    A subclass gives a `picture`; its actions call `changed`.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown: Picture | None = None
        self._shown_key: object = None

    def heading(self, stage: Stage) -> str:
        return self.instrument.title

    def hint(self, stage: Stage) -> str:
        """What the border says below, as the view's own keys."""
        return ""

    def key(self, stage: Stage) -> object:
        """Equal as long as the picture is; the result, the size and the look need not be in it."""
        return stage.key(), stage.player.epoch, stage.player.horizon

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        """Exactly `height` rows of `width` cells; in the interface's thread, in milliseconds."""
        raise NotImplementedError

    def show(self, stage: Stage) -> None:
        super().show(stage)
        refused = self.refusal(stage.session.preset)
        title = self.instrument.title if refused else self.heading(stage)
        if not refused and not exact(stage.session.preset, self.trained(stage)):
            title += BY_MACHINE
        self.border_title = Content(title)
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

    @property
    def drawn(self) -> Picture | None:
        return self._shown

    def _picture_key(self, stage: Stage) -> object:
        refused = self.refusal(stage.session.preset)
        look = self.content_size, self.color, self.app.current_theme.dark
        return refused or self.key(stage), self.version, look

    @property
    def look(self) -> Look:
        return Look(color=self.color, dark=self.app.current_theme.dark)

    def waiting(self, width: int, height: int) -> Picture:
        return notice(WAITING, width, height)

    def inner(self) -> list[list[Segment]]:
        stage, (width, height) = self.stage, self.content_size
        if stage is None:
            return []
        key = self._picture_key(stage)
        if key != self._shown_key or self._shown is None:
            in_words = self.result if isinstance(self.result, str) else None
            told = self.refusal(stage.session.preset) or self.failure or in_words
            self._shown_key = key
            self._shown = (
                notice(told, width, height) if told else self.picture(stage, width, height)
            )
        return self.inks.lines(self._shown, None)
