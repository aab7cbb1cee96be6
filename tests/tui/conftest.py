"""The app on a small preset, with keys pressed for it, and its screen read as text."""

import asyncio
import os
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from textual._context import active_app

from optplay.experiments import load
from optplay.tui import computing
from optplay.tui.app import Optplay
from optplay.tui.library import Library
from optplay.tui.player import USUAL
from optplay.tui.widgets.knob_row import KnobInput, KnobRow
from optplay.tui.widgets.view import FIRST

from . import quiet, terminal

quiet.install()

# Seconds after which it is not slow but stuck.
LONGEST_WAIT = 60
SMALL = """
title = "Small"
question = "Which is lower?"
lesson = "A *lesson* of its own."
seeds = 3
epochs = 20
charts = ["loss", "accuracy", "weight_norm"]

[problem]
samples = 20
hidden = [4]

[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.01

[[runs]]
label = "Adam"
optimizer = "adam"
lr = 0.001

[[claims]]
text = "SGD ends lower"
source = "nobody"
metric = "final_loss"
left = "SGD"
is = "below"
right = "Adam"
"""


@pytest.fixture(autouse=True, scope="session")
def _compiled(compiled):
    """The app never says that it compiles."""


@pytest.fixture(autouse=True)
def apart(monkeypatch, tmp_path):
    """Settings and files of its own, and no moment of quiet before it measures."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TEXTUAL_THEME", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for kind in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    monkeypatch.chdir(tmp_path)
    # What is told is still there, however slow the machine is.
    monkeypatch.setattr(Optplay, "NOTIFICATION_TIMEOUT", 600)
    monkeypatch.setattr(computing, "QUIET_SECONDS", 0.001)


@pytest.fixture
def small(tmp_path):
    """The path of a small preset file."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


class Playground:
    """A running app, with what a person does and sees."""

    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot
        self.left = ""  # the screen at the end

    async def settle(self, *, drawn=True):
        """Waits until all is computed, and draws it."""
        async with asyncio.timeout(LONGEST_WAIT):
            await quiet.settle(self.app)
        if drawn and self.app.screen_stack:
            quiet.draw(self.app)

    async def reset(self, opened=None, size=None, seconds=USUAL):
        """As the app is when it opens a preset: nothing over it, nothing known, no view but one."""
        app, workspace = self.app, self.app.workspace
        while len(app.screen_stack) > 1:
            app.pop_screen()
        app.theme, app.computing.failure, app._clipboard = "textual-dark", None, ""
        app.clear_notifications()
        app.capture_mouse(None)
        app.computing.stop()
        app.computing._library = Library()
        app.desk.session.whole_problem = True
        app.desk.player.seconds, app.desk.player.playing = seconds, False
        workspace.lesson_open = {True: False, False: True}
        workspace.open_view(FIRST)
        for name in [name for name in workspace.views if name != FIRST]:
            await workspace.views.pop(name).remove()
        for chart in self.curves.charts.values():
            chart.log_axis = chart.kind.log
        if size and size != tuple(app.size):
            await self.pilot.resize_terminal(*size)
        app.open(opened or app.session.opened)
        app.session._undo.clear()
        app.set_focus(workspace.runs)
        workspace.lesson.scroll_home(animate=False)
        await self.settle(drawn=False)

    async def press(self, *keys):
        """Presses keys, then settles."""
        await self.pilot.press(*keys)
        await self.settle()

    async def until(self, true):
        """Waits until something is so."""
        async with asyncio.timeout(LONGEST_WAIT):
            while not true():
                await self.pilot.pause(0.01)
            await self.pilot.pause()

    async def click(self, widget, x=0, y=0):
        """Clicks a cell of what is inside a widget's border, then settles."""
        edge = widget.gutter.top_left
        await self.pilot.click(widget, offset=(x + edge[0], y + edge[1]))
        await self.settle()

    @property
    def curves(self):
        """The view with the charts."""
        return self.app.workspace.views["curves"]

    @property
    def strips(self):
        """The lines of the screen, with their styles."""
        return quiet.draw(self.app)

    @property
    def lines(self):
        """The lines of the screen."""
        return [strip.text for strip in self.strips]

    @property
    def text(self):
        """The screen."""
        return "\n".join(self.lines)

    def inside(self, widget):
        """The lines inside a widget's border as they are on the screen."""
        left, top, width, height = widget.content_region
        strips = self.strips[top : top + height]
        return [strip.crop(left, left + width) for strip in strips]

    @property
    def told(self):
        """What notifications say, the last one last."""
        return [notification.message for notification in self.app._notifications]

    def row(self, key):
        """The row of a knob."""
        return next(row for row in self.app.workspace.controls.rows if row.key.name == key)

    def value(self, key):
        """What a knob of the selected run stands at."""
        return self.app.session.value(key)

    async def focus(self, key):
        """Puts the focus on a knob, where it is in sight."""
        self.row(key).focus()
        await self.pilot.pause()
        return self.row(key)

    async def type(self, key, text):
        """Types a value into a knob, without Enter."""
        await self.focus(key)
        await self.pilot.press("enter")
        self.app.query_one(KnobInput).value = text
        await self.pilot.pause()

    @property
    def focused(self):
        """The key of the knob in focus."""
        row = self.app.focused
        return row.key.name if isinstance(row, KnobRow) else None


SIZE = (120, 40)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(compiled, tmp_path_factory):
    """One app for all tests that want nothing special: a start takes half a second."""
    path = tmp_path_factory.mktemp("shared") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    app = Optplay(load(str(path)), str(path))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        yield Playground(app, pilot)


@pytest.fixture
def playground(small, shared):
    """Opens the app on a preset, by default the small one, and settles it.

    An app with options of its own, without colours, or that is to end, is started; all others
    share one.
    """

    @asynccontextmanager
    async def start(preset=None, size=SIZE, *, own=False, **options):
        opened = preset or small
        if own or options.keys() - {"seconds"} or "NO_COLOR" in os.environ:
            app = Optplay(load(opened), opened, **options)
            async with app.run_test(size=size, notifications=True) as pilot:
                one = Playground(app, pilot)
                await one.settle()
                yield one
                one.left = one.text
                assert app.fault is None
            return
        one = shared
        assert one.app.return_code is None, "a test before ended the app that all share"
        active_app.set(one.app)
        await one.reset(opened, size, **options)
        yield one
        one.left = one.text
        assert one.app.fault is None

    return start


@pytest.fixture
def start(tmp_path):
    """Starts `optplay` with these arguments on a terminal, in a folder with small presets."""
    opened = []
    for name, text in terminal.FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def run(*arguments, command=(terminal.OPTPLAY,), **more):
        opened.append(terminal.Terminal([*command, *arguments], tmp_path, **more))
        return opened[-1]

    yield run
    for one in opened:
        one.close()
