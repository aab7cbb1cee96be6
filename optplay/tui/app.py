"""The app: its keys, its themes, and how it ends."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from time import monotonic

from textual import events
from textual.app import SystemCommand
from textual.screen import Screen

from optplay.experiments import Preset
from optplay.tui.actions import Actions
from optplay.tui.keys import ALL, BINDINGS
from optplay.tui.player import DEFAULT_SPEED
from optplay.tui.screens.palette import Palette

INTERRUPTED, TERMINATED = 130, 143


class Optplay(Actions):
    """A player over Histories that background threads compute."""

    TITLE = "optplay"
    CSS_PATH = "app.tcss"
    BINDINGS = BINDINGS

    def __init__(
        self, preset: Preset, opened: str, *, theme: str = "textual-dark",
        speed: float = DEFAULT_SPEED, clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        super().__init__(preset, opened, speed=speed, clock=clock)
        self.complaint: str | None = None
        self.fault: BaseException | None = None
        if theme in self.available_themes:
            self.theme = theme

    def on_mount(self) -> None:
        if self.complaint:
            self.notify(self.complaint, severity="warning", timeout=15, markup=False)
        loop = asyncio.get_running_loop()
        codes = {signal.SIGTERM: TERMINATED, signal.SIGINT: INTERRUPTED, signal.SIGHUP: TERMINATED}
        for number, code in codes.items():
            # Only the main thread may, and a test need not run in it.
            with suppress(RuntimeError, ValueError, NotImplementedError):
                loop.add_signal_handler(number, partial(self.exit, return_code=code))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that has a key, and the themes."""
        for binding in ALL:
            if binding.action == "command_palette":
                continue
            yield SystemCommand(
                binding.description, binding.tooltip, partial(self.run_action, binding.action)
            )
        yield SystemCommand("Theme", "chooses among all themes", self.action_change_theme)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    async def on_event(self, event: events.Event) -> None:
        # What is typed after the app was told to end finds no screen any more.
        if self.return_code is None or not isinstance(event, events.InputEvent):
            await super().on_event(event)

    def _fatal_error(self) -> None:
        """A fault of ours: the terminal is restored, and the command line says what it was."""
        self.fault = sys.exc_info()[1]
        self._close_messages_no_wait()
