"""The curves of all runs over the epochs, a chart for each quantity that is wanted."""

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid

from optplay.experiments import QUANTITIES, on_log_axis
from optplay.instruments.curves import instrument
from optplay.instruments.curves.picture import of_their_peaks, series
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
from optplay.tui.window import Span

FEWEST_EPOCHS = 4
NO_DATA, ALL_HIDDEN = "no data yet", "all runs are hidden: H shows them"


def of_curves(keys: str, action: str, name: str, text: str) -> Binding:
    return key(keys, f"workspace.of_view('{instrument.name}', '{action}')", name, text)


class Curves(View, inherit_bindings=False):
    """Charts side by side; one at a time where there is little room."""

    instrument = instrument

    KEYS = [
        of_curves("V", "next_chart", "Next chart", "the next chart, where one is shown at a time"),
        of_curves("g", "toggle_log", "Log/linear", "logarithmic or linear axis of the chart"),
        of_curves("C", "choose_charts", "Choose charts", "chooses which charts are shown"),
        of_curves("plus", "zoom_x(0.5)", "Zoom in", "fewer epochs, around the playhead"),
        of_curves("minus", "zoom_x(2)", "Zoom out", "more epochs"),
        of_curves("shift+left", "pan_x(-0.25)", "Earlier epochs", "moves the zoomed axis back"),
        of_curves("shift+right", "pan_x(0.25)", "Later epochs", "moves the zoomed axis on"),
        of_curves("right_curly_bracket", "zoom_y(0.5)", "Zoom values in",
                  "less of the chart's left axis"),
        of_curves("left_curly_bracket", "zoom_y(2)", "Zoom values out",
                  "more of the chart's left axis"),
        of_curves("shift+up", "pan_y(0.25)", "Higher values", "moves the chart's left axis up"),
        of_curves("shift+down", "pan_y(-0.25)", "Lower values", "moves the chart's left axis down"),
        of_curves("L", "toggle_log_x", "Log epochs", "logarithmic or linear axis of the epochs"),
        of_curves("equals_sign", "whole", "Whole axes",
                  "shows all epochs and values again; once more, also of runs that explode"),
    ]  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.tabs = TabLine("chart-tabs")
        self.charts = {quantity: Chart(quantity, QUANTITIES[quantity]) for quantity in RECORDED}
        for chart in self.charts.values():
            # Until it is known which are wanted.
            chart.display = False
        self.active = "loss"
        self.single = False
        #: The part of the epochs that is shown; None: all.
        self.span: Span | None = None
        self._order: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.tabs
        with Grid(id="charts"):
            yield from self.charts.values()

    def begin(self) -> None:
        if self.stage:
            self.active = self.stage.charts[0]
            self.charts["loss"].log_axis = on_log_axis(self.stage.session.preset, "loss")
            self.span = None
            for chart in self.charts.values():
                chart.span, chart.whole, chart.log_x = None, False, False

    @property
    def chosen(self) -> Chart:
        """The chart in focus, else the one looked at."""
        focused = self.screen.focused
        return focused if isinstance(focused, Chart) else self.charts[self.active]

    @property
    def foremost(self) -> Chart:
        return self.chosen

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
        what, player, whole = stage.key(), stage.player, Span(*stage.limits)
        self.span = None if self.span is None or self.span.within(whole) == whole else self.span
        for quantity in [self.active] if self.single else stage.charts:
            chart = self.charts[quantity]
            chart.empty = ALL_HIDDEN if stage.hidden >= set(stage.labels) else NO_DATA
            chart.show(
                (what, quantity), partial(self._series, stage, chart), self.span or whole,
                stage.session.preset.unit, note=over_seeds(stage), whole=whole,
            )  # fmt: skip
            chart.read(player.epoch, stage.readings(quantity), player.horizon)

    def _series(self, stage: Stage, chart: Chart) -> Sequence[Series]:
        found = series_of(stage, chart.quantity)
        apart = chart.quantity == "learning_rate" and not chart.log_axis
        return of_their_peaks(found) if apart else found

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

    def action_toggle_log_x(self) -> None:
        for chart in self.charts.values():
            chart.log_x = not chart.log_x

    def action_zoom_x(self, times: float) -> None:
        if self.stage:
            whole = Span(*self.stage.limits)
            span = (self.span or whole).zoomed(times, self.stage.player.epoch).within(whole)
            if span.width >= min(FEWEST_EPOCHS, whole.width):
                self.span = None if span == whole else span
            self.changed()

    def action_pan_x(self, share: float) -> None:
        if self.stage and self.span:
            self.span = self.span.moved(share).within(Span(*self.stage.limits))
            self.changed()

    def action_zoom_y(self, times: float) -> None:
        self.chosen.zoom_y(times)

    def action_pan_y(self, share: float) -> None:
        self.chosen.pan_y(share)

    def action_whole(self) -> None:
        charts = self.charts.values()
        if self.span or any(chart.span for chart in charts):
            self.span = None
            for chart in charts:
                chart.span = None
        else:
            self.chosen.whole = not self.chosen.whole
        self.changed()

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


def over_seeds(stage: Stage) -> str:
    """What the curves are where they are not one seed's."""
    seeds = len(stage.results.preset.seeds) if stage.all_seeds and stage.results else 0
    return f"median, quartiles of {seeds} seeds" if seeds > 1 else ""


def series_of(stage: Stage, quantity: str) -> Sequence[Series]:
    """The curves of a chart, the selected run's on top."""
    found = []
    for place, run in enumerate(stage.session.preset.runs):
        if run.label in stage.hidden:
            continue
        if curve := stage.curve(run.label, quantity):
            drawn = series(run.label, curve, place, run.forked_at)
            found.append((run is stage.session.run, drawn))
    return [drawn for _, drawn in sorted(found, key=lambda pair: pair[0])]


view = Curves
