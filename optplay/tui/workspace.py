"""The screen's layout: runs and controls on the left; on the right a view, and the lesson."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from optplay.counting import counted
from optplay.experiments.tries import lesson
from optplay.tui.desk import Desk
from optplay.tui.keyboard import key
from optplay.tui.screens.choose import Choose, Entry
from optplay.tui.views import views
from optplay.tui.widgets.controls import Controls
from optplay.tui.widgets.lesson import Findings, Lesson
from optplay.tui.widgets.runs import RunsPanel
from optplay.tui.widgets.tab_line import Tab, TabLine
from optplay.tui.widgets.view import FIRST, View

SMALLEST = (60, 20)
WIDE = (100, 28)
BROAD = 160
LESSON, VIEW = "lesson", "view"
HOW = "   l lesson, v verdicts"
# Views that have a number key of their own.
NUMBERED = 9
BACK = key(
    "escape", "workspace.back", "Back",
    "leaves what is in focus, the zoom or the lesson, and then the view for the curves",
)  # fmt: skip


class Workspace(Container):
    """Lays out the parts for the size there is; keeps which view and whether the lesson is open."""

    KEYS = [
        key("z", "workspace.zoom", "Zoom", "gives what is in focus the full area, or all again"),
        key("l", "workspace.lesson", "Lesson", "shows or folds the lesson"),
        key("v", "workspace.verdicts", "Verdicts", "shows or folds what came of the claims"),
        BACK,
        key("f2", "workspace.go('runs')", "Go to the runs", "puts the focus on the runs"),
        key("f3", "workspace.go('knobs')", "Go to the knobs", "puts the focus on the knobs"),
        key("f4", "workspace.go('view')", "Go to the view", "puts the focus on the view"),
        key("f5", "workspace.go('lesson')", "Go to the lesson", "puts the focus on the lesson"),
    ]  # fmt: skip

    # Here, too: Textual's screen has a use of its own for Escape, before the app.
    BINDINGS = [BACK]

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="workspace")
        self._desk = desk
        self.runs, self.controls, self.lesson = RunsPanel(desk), Controls(desk), Lesson()
        self.view_line = TabLine("views")
        self.views: dict[str, View] = {FIRST: views()[FIRST](desk)}
        self.view_name = FIRST
        self.zoomed: str | None = None
        self._question: str | None = None
        # By whether it is narrow: there the lesson takes the place of the view.
        self.lesson_open = {True: False, False: True}

    def compose(self) -> ComposeResult:
        yield Static(id="asked", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield self.runs
                yield self.controls
            with Vertical(id="main"):
                yield self.view_line
                yield Container(*self.views.values(), id="view")
                yield self.lesson
        yield Static(f"optplay needs {SMALLEST[0]}×{SMALLEST[1]} cells: make the window larger",
                     id="too-small")  # fmt: skip

    @property
    def narrow(self) -> bool:
        return self.size.width < WIDE[0] or self.size.height < WIDE[1]

    @property
    def single(self) -> bool:
        """Whether one picture takes the whole area."""
        return self.narrow or self.zoomed == VIEW

    @property
    def lesson_shown(self) -> bool:
        """Whether the lesson is open; a small and a large screen remember their own."""
        if self.zoomed:
            return self.zoomed == LESSON
        return self.lesson_open[self.narrow]

    @property
    def lesson_full(self) -> bool:
        """Whether the lesson takes the place of the view."""
        return self.lesson_shown and (self.narrow or self.zoomed == LESSON)

    @property
    def view(self) -> View:
        return self.views[self.view_name]

    def begin(self) -> None:
        """Another preset is on the desk."""
        preset = self._desk.session.preset
        opening = (name for name, kind in views().items() if kind.opens(preset))
        self.open_view(next(opening, FIRST))
        self.lesson_open[True] = False
        self.lesson.begin()

    def show_lesson(self) -> None:
        preset = self._desk.session.preset
        self.lesson.show_text(preset.question, lesson(preset, " (`T` does the next one)"))

    def open_view(self, name: str) -> None:
        if name not in self.views:
            # Made when it is first wanted: no start has to wait for all of them.
            self.views[name] = views()[name](self._desk)
            self.query_one("#view").mount(self.views[name])
        self.view_name, self.zoomed = name, None

    def edited(self) -> None:
        """The session is another: what is not shown is computed again once it is."""
        for each in self.views.values():
            if each is not self.view:
                each.drop()

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()
        self.draw()

    def lay_out(self) -> None:
        width, height = self.size
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1] - 2, "-too-small")
        self.set_class(self.narrow, "-narrow")
        self.set_class(width >= BROAD, "-broad")
        self._draw_view_line()
        self._draw_question()
        self.lesson.display = self.lesson_shown
        self.lesson.set_class(self.lesson_full, "-full")
        self.query_one("#view").display = not self.lesson_full
        for each in self.views.values():
            each.display = each is self.view
        self.view.lay_out(self._desk.stage, single=self.single)

    def _draw_view_line(self) -> None:
        preset, tabs = self._desk.session.preset, []
        for place, (name, kind) in enumerate(views().items(), 1):
            title, dim = kind.instrument.title, kind.refusal(preset) is not None
            number = str(place) if place <= NUMBERED else title[0]
            tabs.append(Tab(name, f"{number} {title}" if place <= NUMBERED else title, number, dim))
        self.view_line.show(tabs, self.view_name)

    def _draw_question(self) -> None:
        """Where there is no room for the lesson, a line says what it asks, and how to get there."""
        asked = self.query_one("#asked", Static)
        asked.display = self.narrow and not (self.lesson_full or self.has_class("-too-small"))
        question = self._desk.session.preset.question
        shown = question + ("" if len(question + HOW) > self.size.width - 2 else HOW)
        shown = shown.strip()
        if shown != self._question:
            self._question = shown
            rest = shown.removeprefix(question)
            asked.update(Content.assemble((question, "bold"), (rest, "dim")))

    def draw(self) -> None:
        """What moves with the playhead: the table and the charts are of one moment."""
        self.runs.show(self._desk.stage.rows(), self._desk.session.state.selected)
        self.view.show(self._desk.stage)

    def draw_words(self) -> None:
        stage, preset = self._desk.stage, self._desk.session.preset
        results, judged = stage.results, stage.judged
        count = len(results.preset.seeds) if results else 0
        seeds = counted(len(preset.seeds), "seed")
        progress = "" if count == len(preset.seeds) else f"{count} of {seeds}"
        standings, outcomes = tuple(judged.of(preset)), tuple(judged.outcomes(preset))
        self.lesson.show(Findings(standings, outcomes, progress), stage.player.seen)

    def rearrange(self) -> None:
        """Something else is to be seen."""
        self.lay_out()
        self._desk.moved()
        self.screen.refresh_bindings()

    def on_tab_line_clicked(self, event: TabLine.Clicked) -> None:
        event.stop()
        self.action_view(event.name)

    def action_view(self, name: str) -> None:
        self.open_view(name)
        self._close_if_full()
        self.rearrange()
        self.view.focus()

    def _close_if_full(self) -> None:
        """Gives the view its place back."""
        self.zoomed = None
        if self.narrow:
            self.lesson_open[True] = False

    def action_choose_view(self) -> None:
        entries = [
            Entry(name, kind.instrument.title, kind.instrument.text)
            for name, kind in views().items()
        ]
        Choose("Views", entries, self.view_name).ask(self.app, self.action_view)

    async def action_of_view(self, name: str, action: str) -> None:
        """Calls the action of a view that has a key which works everywhere."""
        if self.lesson_full:
            self._close_if_full()
            self.rearrange()
        else:
            await self.views[name].run_action(action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a way back only from somewhere."""
        return bool(self._to_leave()) if action == "back" else True

    def _to_leave(self) -> str:
        """What Escape leaves now: the outermost of what is in the way of the curves."""
        if self.zoomed:
            return "zoom"
        if self.lesson_full:
            return LESSON
        focused = self.screen.focused
        if focused is not None and self.view not in focused.ancestors_with_self:
            return "panel"
        return "" if self.view_name == FIRST else VIEW

    def action_back(self) -> None:
        match self._to_leave():
            case "zoom":
                self.zoomed = None
                self.rearrange()
            case "lesson":
                self._close_if_full()
                self.rearrange()
                self._leave_panels()
            case "panel":
                self._leave_panels()
            case "view":
                self.action_view(FIRST)

    def _leave_panels(self) -> None:
        # Not every view takes the focus.
        self.screen.set_focus(None)
        self.view.focus()

    def action_go(self, part: str) -> None:
        """Puts the focus on a part, and shows it if it is out of sight."""
        self._bring(part)
        self._part(part).focus()

    def go_to_knob(self, name: str) -> None:
        self._bring("knobs")
        self.controls.go_to(name)

    def _bring(self, part: str) -> None:
        if self.zoomed and part != self.zoomed:
            self.zoomed = None
        if part == LESSON:
            self.lesson_open[self.narrow] = True
        elif self.lesson_full:
            self._close_if_full()
        self.rearrange()

    def _part(self, name: str) -> Widget:
        if name == "knobs":
            return self.controls.rows[0]
        return {"runs": self.runs, LESSON: self.lesson}.get(name, self.view.foremost)

    def action_zoom(self) -> None:
        if self.zoomed:
            self.zoomed = None
        else:
            self.zoomed = LESSON if isinstance(self.screen.focused, Lesson) else VIEW
            self.view.zoom()
        self.rearrange()

    def action_lesson(self) -> None:
        self._open_lesson(not self.lesson_shown)

    def action_verdicts(self) -> None:
        lesson = self.lesson
        shown = self.lesson_shown and bool(lesson.unfolded)
        lesson.asked = not shown
        # On a small screen they were all that was to be seen.
        self._open_lesson(not (shown and self.narrow))
        if shown:
            lesson.scroll_home(animate=False)
        else:
            lesson.reveal()

    def _open_lesson(self, wanted: bool) -> None:
        if self.lesson_shown != wanted:
            self.zoomed = None
            self.lesson_open[self.narrow] = wanted
        self.rearrange()
        if self.lesson_full:
            # Its keys are those that scroll.
            self.lesson.focus()


VIEW_KEYS = [
    *(
        key(str(place), f"workspace.view('{name}')", kind.instrument.title, kind.instrument.text)
        for place, (name, kind) in enumerate(views().items(), 1)
        if place <= NUMBERED
    ),
    key("0", "workspace.choose_view", "All views", "chooses one of all views"),
]
