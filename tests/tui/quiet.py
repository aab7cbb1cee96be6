"""Waits for the interface to have nothing left to do, in place of Textual's, and draws once then.

Textual's own wait until the whole process computes nothing, which is as long as a second while
runs are trained in the background, and send each widget a message to see it come back. And each
refresh draws cells that a screen without a terminal throws away: here they are drawn where the
screen comes to rest, so that what can't be drawn still fails.
"""

import asyncio
from time import monotonic

from textual import app as textual_app, constants, pilot
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual.app import App
from textual.strip import Strip

from optplay.tui.app import Optplay

TICK, POLL = 0.001, 0.005
# Looks in a row at which nothing may be left; a tick before the last of them.
LOOKS = 4
RENDER_UPDATE = Compositor.render_update
_due: set[Compositor] = set()
_drawn: dict[Compositor, list[Strip]] = {}


def queued(app: App[object]) -> bool:
    """Whether a message waits anywhere."""
    return any(node.message_queue_size or node._next_callbacks for node in (app, *app._registry))


def outdated(app: App[object]) -> bool:
    """Whether something is still to be laid out or drawn."""
    screen = app.screen
    waits = screen._dirty_widgets or screen._layout_required or screen._repaint_required
    return bool(waits or screen._scroll_required or screen._callbacks)


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Waits until nothing is left to do at several looks in a row, or for `max_sleep` seconds."""
    app, end, looks = active_app.get(), monotonic() + max_sleep, 0
    while looks < LOOKS and monotonic() < end:
        await asyncio.sleep(TICK if looks == LOOKS - 1 else 0)
        if not app.screen_stack or app._exit:
            return
        if queued(app):
            looks = 0
        # What follows is done by timers of Textual's, which would only come later.
        elif app._resize_event:
            app._check_resize()
            looks = 0
        elif outdated(app) and not app._batch_count and app.screen.is_current:
            app.screen._on_timer_update()
            looks = 0
        else:
            looks += 1


async def settle(app: Optplay) -> None:
    """Waits until nothing is computed either."""
    await wait_for_idle()
    while not app.computing.settled and app.is_running:
        await asyncio.sleep(POLL)
        await wait_for_idle()


def draw(app: App[object]) -> list[Strip]:
    """The lines of the screen, drawn anew if any of them was refreshed."""
    compositor = app.screen._compositor
    if compositor in _due or compositor not in _drawn:
        _due.clear()
        _drawn.clear()
        visible_screen_stack.set(app._background_screens)
        _drawn[compositor] = compositor.render_strips()
    return _drawn[compositor]


def _render_update(self: Compositor, full: bool = False, **options: object) -> object:
    if full:
        return RENDER_UPDATE(self, full, **options)
    self._dirty_regions.clear()
    _due.add(self)
    return None


async def _wait_for_screen(self: pilot.Pilot[object], timeout: float = 30.0) -> bool:
    await wait_for_idle(max_sleep=timeout)
    return True


async def _pause(self: pilot.Pilot[object], delay: float | None = None) -> None:
    await asyncio.sleep(delay or 0)
    await wait_for_idle()
    # What is computed for our own app is drawn by `settle`.
    if self.app.screen_stack and not isinstance(self.app, Optplay):
        draw(self.app)


def install() -> None:
    """Lets Textual wait and draw in this way, and scroll at once."""
    constants.TEXTUAL_ANIMATIONS = "none"
    for module in (textual_app, pilot):
        module.wait_for_idle = wait_for_idle
    pilot.Pilot._wait_for_screen = _wait_for_screen
    pilot.Pilot.pause = _pause
    Compositor.render_update = _render_update
