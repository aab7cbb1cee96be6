"""`optplay play`, which is also `optplay PRESET` and `optplay` alone."""

import click

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
def command(
    preset: str | None,
    headless: bool,
    size: str | None,
    press: str | None,
    screenshot: str | None,
) -> int:
    """Open the app; `optplay PRESET` does the same."""
    from optplay.cli.playing import open_app  # noqa: PLC0415

    return open_app(preset, headless=headless, size=size, press=press, screenshot=screenshot)
