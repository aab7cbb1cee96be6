"""Starts the app: in a terminal, or headless with keys pressed for it."""

import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from textual.keys import Keys, key_to_character
from textual.pilot import Pilot

from optplay.errors import InputError, show
from optplay.experiments import Results, load
from optplay.experiments.folders import findable
from optplay.files import write_text
from optplay.tui import settings, unsaved
from optplay.tui.app import Optplay
from optplay.tui.ending import ended_by_signals
from optplay.tui.player import speed_name

POLL_SECONDS = 0.02
DEFAULT_SIZE = (120, 40)


def play(preset: str | None) -> tuple[int, str | None]:
    """Opens the app on a preset, the last one if none is given.

    Returns:
        The exit code, and a line to show if the settings or unsaved edits could not be kept.

    Raises:
        InputError: there is no such preset, or something is wrong in it.
    """
    remembered, complaint = settings.read()
    opened = preset or remembered.preset
    try:
        loaded = load(opened)
    except InputError as error:
        if preset:
            raise
        # What was opened last may be a file that is gone.
        complaint, opened = f"{error}; opened compare instead", "compare"
        loaded = load(opened)
    app = Optplay(
        loaded, opened, theme=remembered.theme, seconds=remembered.seconds,
        autoplay=remembered.autoplay,
    )  # fmt: skip
    app.complaint, app.offer = complaint, unsaved.offer()
    # Once: at a signal, or at the end, also at one that is a fault of ours.
    app.keep = cache(lambda: unsaved.keep(app.session.unsaved, app.files.reopened))
    with ended_by_signals(app):
        try:
            app.run()
        finally:
            lost = app.keep()
        if app.fault:
            raise app.fault
        shown = findable(app.session.opened)
        last = settings.Settings(
            theme=app.theme, speed=speed_name(app.player.seconds), autoplay=remembered.autoplay,
            preset=shown,
        )  # fmt: skip
        unwritten = settings.write(last)
        return app.return_code or 0, lost or unwritten


def play_headless(
    preset: str | None,
    *,
    size: tuple[int, int] = DEFAULT_SIZE,
    press: Sequence[str] = (),
    screenshot: Path | None = None,
) -> Results:
    """Runs the app without a terminal, presses the keys, and waits until nothing is computed.

    Returns:
        What `optplay run` would come to with the preset as it then is.

    Raises:
        InputError: as `play`, or more than this machine can hold or finish.
        OSError: the screenshot can't be written.
        SystemExit: it was told to end.
    """
    opened = preset or "compare"
    app = Optplay(load(opened), opened)

    async def drive(pilot: Pilot[object]) -> None:
        await _settle(app, pilot)
        for key in press:
            await pilot.press(key)
        await _settle(app, pilot)
        if app.return_code is None:
            if screenshot:
                write_text(screenshot, app.export_screenshot())
            app.exit()

    with ended_by_signals(app):
        app.run(headless=True, size=size, auto_pilot=drive)
    if trouble := app.fault or app.computing.failure:
        raise trouble
    if app.return_code:
        sys.exit(app.return_code)
    results = app.stage.results
    if results is None or results.preset.seeds != app.session.preset.seeds:
        raise RuntimeError("the app ended before all seeds were measured")
    return results


def keys_of(text: str) -> list[str]:
    """The names of keys between commas or spaces, as `tab,down,right`.

    Raises:
        InputError: there is no key of that name.
    """
    known = {key.value for key in Keys}
    # A plus alone is the key; in a name it joins a modifier to a key.
    split = [name for name in re.split(r"[,\s]+", text) if name]
    names = ["plus" if name == "+" else name for name in split]
    for name in names:
        # A modifier may stand before any key.
        last = name.rsplit("+", 1)[-1]
        if len(last) != 1 and last not in known and not key_to_character(last):
            raise InputError(f"--press: found the key {show(name)}, allowed: as right, space, p")
    return names


async def _settle(app: Optplay, pilot: Pilot[object]) -> None:
    await pilot.pause()
    while not app.computing.settled and app.is_running:
        await pilot.pause(POLL_SECONDS)
    await pilot.pause()
