"""`optplay run`."""

from typing import TYPE_CHECKING

import click

from optplay.cli.options import json_option, one_of, plot_option, preset_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay run compare --plot
  optplay run exercise-4-clipping --seeds 30
  optplay run compare --set "Adam.lr=0.01" --set "*.problem.hidden=[16]"
  optplay run my.toml --json > report.json

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""


@click.command("run", epilog=EXAMPLES)
@preset_options
@plot_option("Draw the preset's charts.")
@json_option
@click.option("--csv", "folder", metavar="DIR", help="Write history, metrics and claims as CSV.")
@click.option("--quiet", "-q", is_flag=True, help="Print the verdicts only, and no progress.")
def command(preset: "Preset", plot: bool, as_json: bool, folder: str | None, quiet: bool) -> None:
    """Train a preset's runs over its seeds, and judge its claims."""
    one_of(json=as_json, plot=plot)
    from optplay.cli.running import run_and_report  # noqa: PLC0415

    run_and_report(preset, plot=plot, as_json=as_json, folder=folder, quiet=quiet)
