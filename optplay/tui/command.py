"""`optplay play`, which is also `optplay PRESET` and `optplay` alone."""

import gc
import re
import sys
from pathlib import Path

import click

from optplay.cli.output import Output, announce_compiling, force_option, keep, note
from optplay.errors import InputError, show

SMALLEST, LARGEST = (20, 5), (1000, 500)
DEFAULT_SIZE, DEFAULT_PRESET = (120, 40), "compare"
EXAMPLES = """\b
Examples:
  optplay exercise-4-clipping
  optplay compare --headless --press "tab,down,right" --screenshot compare.svg
  optplay problem-3-saddle --headless --press "home,right,6" --screenshot saddle.svg

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted, 143 terminated.
"""


@click.command("play", epilog=EXAMPLES)
@click.argument("preset", metavar="[PRESET|FILE]", required=False)
@click.option("--headless", is_flag=True, help="Run it without a terminal, and report as `run`.")
@click.option("--size", metavar="WxH", help="Cells of the headless screen; 120x40 if left out.")
@click.option("--press", metavar="KEYS", help="Keys to press, between commas, once it has trained.")
@click.option("--screenshot", metavar="FILE.svg", help="Write the headless screen as SVG.")
@force_option
def command(
    preset: str | None, headless: bool, size: str | None, press: str | None,
    screenshot: str | None, force: bool,
) -> int:  # fmt: skip
    """Open the app; `optplay PRESET` does the same."""
    if headless:
        return _headless(preset, size=size, press=press, screenshot=screenshot, force=force)
    options = {"--size": size, "--press": press, "--screenshot": screenshot, "--force": force}
    for option, given in options.items():
        if given not in (None, False):
            raise InputError(f"{option}: found without --headless, allowed: with it")
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        return _report(preset or DEFAULT_PRESET)
    # With all that is loaded, each search for garbage holds the screen up for 0.2 s: fewer of them.
    gc.set_threshold(50_000)
    from optplay.tui.run import play  # noqa: PLC0415 - Textual takes a third of a second

    code, complaint = play(preset)
    if complaint:
        note(complaint)
    return code


def _report(preset: str) -> int:
    """What the app would show, where there is no terminal to show it in."""
    from optplay.cli.commands.run import run  # noqa: PLC0415 - numba takes its time
    from optplay.experiments import load  # noqa: PLC0415

    loaded = load(preset)  # If something is wrong with it, that alone is said.
    note(f"no terminal here, so this is what `optplay run {preset}` says")
    run(loaded, Output())
    return 0


def _headless(
    preset: str | None, *, size: str | None, press: str | None, screenshot: str | None, force: bool
) -> int:
    cells = _size(size) if size is not None else DEFAULT_SIZE
    path = Path(screenshot) if screenshot is not None else None
    if path is not None and (not screenshot or path.is_dir() or not path.parent.is_dir()):
        raise InputError(f"--screenshot: found {show(screenshot)}, allowed: a file in a folder")
    if path is not None:
        keep(path, "--screenshot", force=force)
    from optplay.cli.commands.run import report  # noqa: PLC0415 - see above
    from optplay.tui.run import keys_of, play_headless  # noqa: PLC0415

    announce_compiling()
    report(play_headless(preset, size=cells, press=keys_of(press or ""), screenshot=path), Output())
    return 0


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,4})[x×](\d{1,4})", text)
    cells = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(a <= b <= c for a, b, c in zip(SMALLEST, cells, LARGEST, strict=True)):
        raise InputError(f"--size: found {show(text)}, allowed: as 120x40, from 20x5 to 1000x500")
    return cells
