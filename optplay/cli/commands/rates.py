"""`optplay rates`."""

from typing import TYPE_CHECKING

import click

from optplay.cli.options import json_option, one_of, plot_option, preset_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

STEPS_HELP = "Updates to look at, counted from 1; if left out the preset's at_steps, or 10,50,200."
EXAMPLES = """\b
Examples:
  optplay rates exercise-3-effective-rate --plot
  optplay rates compare --steps 1,1000,60000

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""


@click.command("rates", epilog=EXAMPLES)
@preset_options
@click.option("--steps", metavar="N,N,…", help=STEPS_HELP)
@plot_option("Draw histograms at these steps, and the quantiles over time.")
@json_option
def command(preset: "Preset", steps: str | None, plot: bool, as_json: bool) -> None:
    """Show how far parameters move, and at which effective rates."""
    one_of(json=as_json, plot=plot)
    from optplay.cli.rating import rates_and_report  # noqa: PLC0415

    rates_and_report(preset, steps, plot=plot, as_json=as_json)
