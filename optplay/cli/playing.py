"""`optplay` and `optplay PRESET`: the app, in the terminal or headless."""

import re
import sys
from pathlib import Path

import click

from optplay.errors import InputError, show

SMALLEST, LARGEST = (20, 5), (1000, 500)
DEFAULT_PRESET = "compare"


def open_app(
    preset: str | None,
    *,
    headless: bool,
    size: str | None,
    press: str | None,
    screenshot: str | None,
) -> int:
    """Opens the app; see `optplay play --help`.

    Raises:
        InputError: something is wrong with the preset or with an option.
        OSError: the screenshot can't be written.
    """
    if headless:
        return _headless(preset, size=size, press=press, screenshot=screenshot)
    for option, given in (("--size", size), ("--press", press), ("--screenshot", screenshot)):
        if given is not None:
            raise InputError(f"{option}: found without --headless, allowed: with it")
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        return _report(preset or DEFAULT_PRESET)
    from optplay.tui.run import play  # noqa: PLC0415 - Textual takes a third of a second

    code, complaint = play(preset)
    if complaint:
        click.echo(f"optplay: {complaint}", err=True)
    return code


def _report(preset: str) -> int:
    """What the app would show, where there is no terminal to show it in."""
    from optplay.cli.running import run_and_report  # noqa: PLC0415 - numba takes its time
    from optplay.experiments import load  # noqa: PLC0415

    loaded = load(preset)  # If something is wrong with it, that alone is said.
    click.echo(f"optplay: no terminal here, so this is what `optplay run {preset}` says", err=True)
    run_and_report(loaded)
    return 0


def _headless(
    preset: str | None, *, size: str | None, press: str | None, screenshot: str | None
) -> int:
    cells = _size(size) if size is not None else (120, 40)
    path = Path(screenshot) if screenshot is not None else None
    if path is not None and (not screenshot or path.is_dir() or not path.parent.is_dir()):
        raise InputError(f"--screenshot: found {show(screenshot)}, allowed: a file in a folder")
    from optplay.cli.running import announce_compiling, print_results  # noqa: PLC0415
    from optplay.tui.run import keys_of, play_headless  # noqa: PLC0415 - see above

    announce_compiling()
    results = play_headless(preset, size=cells, press=keys_of(press or ""), screenshot=path)
    print_results(results, plot=False, quiet=False)
    return 0


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,4})[x×](\d{1,4})", text)
    cells = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(a <= b <= c for a, b, c in zip(SMALLEST, cells, LARGEST, strict=True)):
        raise InputError(f"--size: found {show(text)}, allowed: as 120x40, from 20x5 to 1000x500")
    return cells
