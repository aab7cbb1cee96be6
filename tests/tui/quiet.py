"""A wait for the interface to have nothing left to do, in place of Textual's.

Textual's own waits until the whole process computes nothing, which is as long as a second while
runs are trained in the background.
"""

import asyncio
from time import monotonic

from textual import app as textual_app, pilot
from textual._context import active_app
from textual.app import App

TICK = 0.002
# Looks in a row at which nothing may be left.
LOOKS = 3


def busy(app: App[object]) -> bool:
    """Whether a message waits anywhere, or something is still to be drawn."""
    if not app.screen_stack or app._exit:
        return False
    screen = app.screen
    if screen._dirty_widgets or screen._layout_required or screen._callbacks:
        return True
    nodes = (app, *app.screen_stack, *screen.walk_children())
    return any(node.message_queue_size or node._next_callbacks for node in nodes)


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Waits until nothing is left to do at several looks in a row, or for `max_sleep` seconds."""
    app, end, looks = active_app.get(), monotonic() + max_sleep, 0
    while looks < LOOKS and monotonic() < end:
        await asyncio.sleep(TICK)
        looks = 0 if busy(app) else looks + 1


def install() -> None:
    """Lets Textual wait in this way."""
    for module in (textual_app, pilot):
        module.wait_for_idle = wait_for_idle
