"""The screen's layout: runs and controls on the left, charts and lesson on the right."""

from collections.abc import Sequence
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Grid, Horizontal, Vertical
from textual.widgets import Static

from optplay.experiments import LOOKS
from optplay.training import QUANTITIES
from optplay.tui.knobs import FIRST_OF_PROBLEM, Knob, knobs
from optplay.tui.scales import Choice
from optplay.tui.session import Session
from optplay.tui.stage import Stage
from optplay.tui.views import CHARTS, views
from optplay.tui.widgets.chart import Chart
from optplay.tui.widgets.controls import Controls
from optplay.tui.widgets.knob_row import Check
from optplay.tui.widgets.lesson import Lesson
from optplay.tui.widgets.runs import RunsPanel
from optplay.tui.widgets.tab_line import Tab, TabLine
from optplay.tui.widgets.view import View

SMALLEST = (60, 20)
WIDE = (100, 28)
CHART, LESSON, VIEW = "chart", "lesson", "view"
SCOPE = "scope"
ALL_RUNS, THIS_RUN = "all runs", "this run"
SCOPE_KNOB = Knob(
    SCOPE, "Problem of", "whether the knobs below change the problem of all runs or of this one",
    "", Choice((ALL_RUNS, THIS_RUN)),
)  # fmt: skip


class Board(Container):
    """Draws a Stage; keeps which chart is looked at, and whether the lesson is open."""

    def __init__(self, check: Check) -> None:
        super().__init__(id="board")
        self.runs, self.controls = RunsPanel(), Controls(check)
        self.view_line, self.tabs, self.lesson = TabLine("views"), TabLine("chart-tabs"), Lesson()
        self.charts = {quantity: Chart(quantity, LOOKS[quantity]) for quantity in QUANTITIES}
        for chart in self.charts.values():
            # Until it is known which are wanted.
            chart.display = False
        self._stage: Stage | None = None
        self.zoomed: str | None = None
        self.active = "loss"
        self.view_name = CHARTS
        self.views: dict[str, View] = {}
        self.lesson_open: bool | None = None
        self._order: list[str] = []

    def compose(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield self.runs
                yield self.controls
            with Vertical(id="main"):
                yield self.view_line
                yield self.tabs
                with Grid(id="charts"):
                    yield from self.charts.values()
                yield Container(id="view")
                yield self.lesson
        yield Static(f"optplay needs {SMALLEST[0]}×{SMALLEST[1]} cells: make the window larger",
                     id="too-small")  # fmt: skip

    @property
    def narrow(self) -> bool:
        """Whether there is room for one chart only."""
        return self.size.width < WIDE[0] or self.size.height < WIDE[1]

    @property
    def single(self) -> bool:
        """Whether one chart takes the whole area."""
        return self.narrow or self.zoomed == CHART

    @property
    def lesson_shown(self) -> bool:
        """Whether the lesson is open: by default where there is room."""
        if self.zoomed:
            return self.zoomed == LESSON
        return not self.narrow if self.lesson_open is None else self.lesson_open

    @property
    def view(self) -> View | None:
        """The view that stands in the place of the charts, if there is one."""
        return self.views.get(self.view_name)

    def open_view(self, name: str) -> None:
        """Puts a view, or the charts, on the screen."""
        if name != CHARTS and name not in self.views:
            # Made when it is first wanted: no start has to wait for all of them.
            self.views[name] = views()[name]()
            self.query_one("#view").mount(self.views[name])
        self.view_name = name
        self.zoomed = None

    def chosen_chart(self) -> Chart:
        """The chart in focus, else the one looked at."""
        focused = self.screen.focused
        return focused if isinstance(focused, Chart) else self.charts[self.active]

    def on_resize(self, event: events.Resize) -> None:
        if self._stage:
            self.lay_out(self._stage)
            self.draw_rows(self._stage)
            self.draw_charts(self._stage)

    def lay_out(self, stage: Stage) -> None:
        """Lays out what is to be seen at this size."""
        self._stage = stage
        width, height = self.size
        too_small = width < SMALLEST[0] or height < SMALLEST[1] - 2
        self.set_class(too_small, "-too-small")
        self.set_class(self.narrow, "-narrow")
        self.set_class(width >= 160, "-broad")
        charts = stage.charts
        if self.active not in charts:
            self.active = charts[0]
        grid = self.query_one("#charts", Grid)
        order = [*charts, *(q for q in QUANTITIES if q not in charts)]
        if order != self._order:
            # Sorting lays out the whole screen again: not with every edit.
            self._order = order
            grid.sort_children(key=lambda chart: order.index(getattr(chart, "quantity", "loss")))
        shown = [self.active] if self.single else charts
        for chart in self.charts.values():
            chart.display = chart.quantity in shown
            last_odd = len(shown) > 1 and len(shown) % 2 == 1 and chart.quantity == shown[-1]
            chart.styles.column_span = 2 if last_odd else 1
        grid.styles.grid_size_columns = 1 if len(shown) == 1 else 2
        view = self.view
        self.tabs.display = self.single and len(charts) > 1 and not view
        self.tabs.show([Tab(q, LOOKS[q].title) for q in charts], self.active)
        self._draw_view_line(stage)
        self.lesson.display = self.lesson_shown
        full = self.lesson_shown and (self.narrow or self.zoomed == LESSON)
        self.lesson.set_class(full, "-full")
        grid.display = not full and not view
        self.query_one("#view").display = not full and view is not None
        for each in self.views.values():
            each.display = each is view
        if full:
            self.tabs.display = False

    def _draw_view_line(self, stage: Stage) -> None:
        preset = stage.session.preset
        tabs = [Tab(CHARTS, "1 Charts", "1")]
        for number, (name, kind) in enumerate(views().items(), 2):
            dim = kind.refusal(preset) is not None
            tabs.append(Tab(name, f"{number} {kind.title}", str(number), dim))
        self.view_line.show(tabs, self.view_name)

    def draw_rows(self, stage: Stage) -> None:
        """Draws the runs that have changed."""
        self.runs.show(stage.rows(), stage.session.state.selected)

    def draw_charts(self, stage: Stage) -> None:
        """Draws the charts, or the view in their place, as far as they have changed."""
        if self.view:
            self.view.show(stage)
            return
        shown, key, epoch = stage.charts, stage.key(), stage.player.epoch
        for quantity in [self.active] if self.single else shown:
            chart = self.charts[quantity]
            chart.show(
                (key, quantity),
                partial(stage.series, quantity),
                stage.limits,
                stage.session.preset.unit,
            )
            chart.read(epoch, stage.readings(quantity))

    def draw_controls(self, session: Session) -> None:
        """Draws the controls of the selected run."""
        scope = ALL_RUNS if session.whole_problem else THIS_RUN
        rows: list[tuple[Knob, object, object]] = []
        for knob in knobs(session.run.config):
            if knob.key in FIRST_OF_PROBLEM:
                rows.append((SCOPE_KNOB, scope, scope))
            value = session.value(knob.key)
            shown = session.last_on(knob.key) if knob.switched and not knob.is_choice else value
            rows.append((knob, value, shown))
        self.controls.show(session.run.label, rows)

    def zoom(self) -> None:
        """Gives the whole area to the lesson or the chart in focus; or takes it back."""
        if self.zoomed:
            self.zoomed = None
        elif self.view and not isinstance(self.screen.focused, Lesson):
            self.zoomed = VIEW
        elif isinstance(self.screen.focused, Lesson):
            self.zoomed = LESSON
        else:
            self.active, self.zoomed = self.chosen_chart().quantity, CHART

    def next_chart(self, quantities: Sequence[str]) -> None:
        """Looks at the next chart."""
        place = quantities.index(self.active) if self.active in quantities else -1
        self.active = quantities[(place + 1) % len(quantities)]
