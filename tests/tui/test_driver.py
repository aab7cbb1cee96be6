"""The driver, whose thread reads keys while the app goes on."""

import sys
from types import SimpleNamespace

import pytest


class Losing:
    """A screen that loses its focus as soon as one has asked for it."""

    message_queue_size = 2

    def __init__(self):
        self._focused = [SimpleNamespace(message_queue_size=3)]

    @property
    def focused(self):
        return self._focused.pop() if self._focused else None


@pytest.mark.skipif(sys.platform == "win32", reason="the driver is of systems with termios")
def test_what_waits_is_counted_while_the_focus_goes():
    from optplay.tui.driver import GuardedDriver  # noqa: PLC0415 - not every system has termios

    app = SimpleNamespace(message_queue_size=1, screen_stack=[Losing()])
    driver = SimpleNamespace(_app=app, _sent=5, _given=4)
    assert GuardedDriver._waiting(driver) == 1 + 2 + 3 + 1
