"""A surface from above, with the way of every run on it."""

from functools import partial

from msgspec.structs import replace
from textual import events
from textual.binding import Binding

from optplay.experiments import Preset
from optplay.instruments.surface import instrument
from optplay.instruments.surface.picture import surface_picture
from optplay.plots import Picture
from optplay.plots.captions import named
from optplay.problems import SurfaceProblem
from optplay.training import RunConfig
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import PictureView

# Of the window, that a key moves the start by.
STEPS = 20
DIGITS = 4


class SurfaceView(PictureView):
    """Plays all runs over the surface; keys and mouse move the start of all of them."""

    instrument = instrument

    BINDINGS = [
        Binding("shift+left,H", "move(-1, 0)", "Move start", tooltip="moves the start left"),
        Binding("shift+right,L", "move(1, 0)", "Right", show=False, tooltip="moves it right"),
        Binding("shift+up,K", "move(0, 1)", "Up", show=False, tooltip="moves it up"),
        Binding("shift+down,J", "move(0, -1)", "Down", show=False, tooltip="moves it down"),
    ]

    @classmethod
    def refusal(cls, preset: Preset) -> str | None:
        told = (
            "This preset trains a network. Presets on surfaces: problem-1-oscillation, "
            "problem-2-one-rate-for-all, problem-3-saddle (p opens them)"
        )
        return None if preset.on_surface else told

    @classmethod
    def opens(cls, preset: Preset) -> bool:
        problem = preset.runs[0].config.problem
        # On a flat one there is nothing to see but the curves.
        return isinstance(problem, SurfaceProblem) and bool(problem.declared.minima)

    def _problem(self, stage: Stage) -> SurfaceProblem:
        problem = stage.session.run.config.problem
        assert isinstance(problem, SurfaceProblem)
        return problem

    def heading(self, stage: Stage) -> str:
        problem = self._problem(stage)
        start = ", ".join(f"{each:g}" for each in problem.start or ())
        steep = "" if problem.condition is None else f" of condition {problem.condition:g}"
        return f"{problem.declared.title}{steep}, from ({start})"

    def hint(self, stage: Stage) -> str:
        return "✕ minimum   Shift+arrows, a click: start"

    def command(self, stage: Stage) -> list[str]:
        return ["run", "--plot"]

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        ways = [
            (place, found)
            for place, label in enumerate(stage.labels)
            if (found := stage.found(label))
        ]
        # The selected run lies on top.
        ways.sort(key=lambda way: way[0] == stage.session.state.selected)
        draw = partial(
            surface_picture,
            self._problem(stage),
            ways,
            step=stage.player.epoch,
            until=stage.player.horizon,
            **self.look,
        )
        return named(draw, stage.labels, range(len(stage.labels)), width, height, **self.look)

    def start_at(self, *point: float) -> None:
        """Asks for another start, of all runs."""
        if self.stage is None or not self.stage.session.preset.on_surface:
            return
        declared = self._problem(self.stage).declared
        limits = zip(point, declared.low, declared.high, strict=False)
        start = tuple(min(max(x, low), high) for x, low, high in limits)
        session = self.desk.session

        def change(config: RunConfig) -> RunConfig:
            return replace(config, problem=replace(config.problem, start=start))

        everywhere = session.whole_problem
        self.desk.attempt(lambda: session.reconfigure(change, "start", all_runs=everywhere))

    def action_move(self, right: int, up: int) -> None:
        if self.stage is None or not self.stage.session.preset.on_surface:
            return
        problem = self._problem(self.stage)
        window = zip(problem.declared.low, problem.declared.high, strict=True)
        widths = [(high - low) / STEPS for low, high in window]
        moved = zip(problem.start or (), (right, up), widths, strict=False)
        # As close to a ridge as it may be, the coordinate that is not moved stays what it is.
        self.start_at(*(round(x + by * width, DIGITS) if by else x for x, by, width in moved))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._put(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._put(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()

    def _put(self, event: events.MouseEvent) -> None:
        picture = self.drawn
        at = picture and picture.at(event.x - self.gutter.left, event.y - self.gutter.top)
        if at:
            self.start_at(*(round(x, DIGITS) for x in at))


view = SurfaceView
