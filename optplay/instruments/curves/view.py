"""The curves of all runs over the epochs, a chart for each quantity that is wanted."""

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid

from optplay.experiments import QUANTITIES, on_log_axis
from optplay.instruments.curves import instrument
from optplay.instruments.curves.picture import series
from optplay.plots import Series
from optplay.training import RECORDED
from optplay.tui.desk import Desk
from optplay.tui.keyboard import key
from optplay.tui.screens.choose import Entry
from optplay.tui.screens.choose_many import ChooseMany
from optplay.tui.stage import Stage
from optplay.tui.widgets.chart import Chart
from optplay.tui.widgets.tab_line import Tab, TabLine
from optplay.tui.widgets.view import View


def of_curves(keys: str, action: str, name: str, text: str) -> Binding:
    return key(keys, f"workspace.of_view('{instrument.name}', '{action}')", name, text)


class Curves(View, inherit_bindings=False):
    """Charts side by side; one at a time where there is little room."""

    instrument = instrument

    KEYS = [
        of_curves("v", "next_chart", "Next chart", "the next chart, where one is shown at a time"),
        of_curves("g", "toggle_log", "Log/linear", "logarithmic or linear axis of the chart"),
        of_curves("h", "choose_charts", "Choose charts", "chooses which charts are shown"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.tabs = TabLine("chart-tabs")
        self.charts = {quantity: Chart(quantity, QUANTITIES[quantity]) for quantity in RECORDED}
        for chart in self.charts.values():
            # Until it is known which are wanted.
            chart.display = False
        self.active = "loss"
        self.single = False
        self._order: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.tabs
        with Grid(id="charts"):
            yield from self.charts.values()

    def begin(self) -> None:
        if self.stage:
            self.active = self.stage.charts[0]
            self.charts["loss"].log_axis = on_log_axis(self.stage.session.preset, "loss")

    @property
    def chosen(self) -> Chart:
        """The chart in focus, else the one looked at."""
        focused = self.screen.focused
        return focused if isinstance(focused, Chart) else self.charts[self.active]

    def lay_out(self, stage: Stage, *, single: bool) -> None:
        charts, grid = stage.charts, self.query_one(Grid)
        self.single = single
        if self.active not in charts:
            self.active = charts[0]
        order = [*charts, *(q for q in RECORDED if q not in charts)]
        if order != self._order:
            # Sorting lays out the whole screen again: not with every edit.
            self._order = order
            grid.sort_children(key=lambda chart: order.index(getattr(chart, "quantity", "loss")))
        shown = [self.active] if single else charts
        for chart in self.charts.values():
            chart.display = chart.quantity in shown
            last_odd = len(shown) > 1 and len(shown) % 2 == 1 and chart.quantity == shown[-1]
            chart.styles.column_span = 2 if last_odd else 1
        grid.styles.grid_size_columns = 1 if len(shown) == 1 else 2
        self.tabs.display = single and len(charts) > 1
        self.tabs.show([Tab(q, QUANTITIES[q].title) for q in charts], self.active)

    def show(self, stage: Stage) -> None:
        if not self.is_mounted:
            return
        super().show(stage)
        what, epoch = stage.key(), stage.player.epoch
        for quantity in [self.active] if self.single else stage.charts:
            chart = self.charts[quantity]
            chart.show(
                (what, quantity), partial(series_of, stage, quantity), stage.limits,
                stage.session.preset.unit,
            )  # fmt: skip
            chart.read(epoch, stage.readings(quantity))

    def zoom(self) -> None:
        self.active = self.chosen.quantity

    def on_chart_scrubbed(self, event: Chart.Scrubbed) -> None:
        event.stop()
        self.desk.player.go(event.epoch)
        self.changed()

    def on_tab_line_clicked(self, event: TabLine.Clicked) -> None:
        event.stop()
        self._look_at(event.name)

    def _look_at(self, quantity: str) -> None:
        self.active = quantity
        if self.stage:
            self.lay_out(self.stage, single=self.single)
        self.changed()

    def action_next_chart(self) -> None:
        if self.stage:
            quantities = self.stage.charts
            place = quantities.index(self.active) if self.active in quantities else -1
            self._look_at(quantities[(place + 1) % len(quantities)])

    def action_toggle_log(self) -> None:
        self.chosen.log_axis = not self.chosen.log_axis

    def action_choose_charts(self) -> None:
        stage = self.stage
        if stage is None:
            return

        entries = [Entry(q, QUANTITIES[q].title, "") for q in stage.quantities]
        choose = ChooseMany("Charts", entries, stage.charts)
        choose.ask(
            self.app,
            lambda chosen: self.desk.attempt(lambda: self.desk.session.show_charts(chosen)),
        )


def series_of(stage: Stage, quantity: str) -> Sequence[Series]:
    """The curves of a chart, the selected run's on top."""
    found = []
    for place, run in enumerate(stage.session.preset.runs):
        if curve := stage.curve(run.label, quantity):
            drawn = series(run.label, curve, place, run.forked_at)
            found.append((run is stage.session.run, drawn))
    return [drawn for _, drawn in sorted(found, key=lambda pair: pair[0])]


view = Curves
