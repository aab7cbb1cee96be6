"""`optplay rates`."""

from functools import partial
from typing import TYPE_CHECKING

import click

from optplay.cli.options import EXIT_CODES, preset_options
from optplay.cli.output import Output, output_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

STEPS_HELP = "Updates to look at, counted from 1; if left out the preset's at_steps, or 10,50,200."
EXAMPLES = """\b
Examples:
  optplay rates exercise-3-effective-rate --plot
  optplay rates compare --steps 1,1000,60000
"""


@click.command("rates", epilog=EXAMPLES + EXIT_CODES)
@preset_options
@click.option("--steps", metavar="N,N,…", help=STEPS_HELP)
@output_options(plot="Draw histograms at these steps, and the quantiles over time.")
def command(preset: "Preset", steps: str | None, out: Output) -> None:
    """Show how far parameters move, and at which effective rates."""
    from optplay.instruments.rates.measure import check_rates, parse_steps  # noqa: PLC0415
    from optplay.instruments.rates.picture import drawings  # noqa: PLC0415
    from optplay.instruments.rates.report import RatesReport  # noqa: PLC0415

    chosen = parse_steps(preset, steps)
    check_rates(preset)
    report = RatesReport(out.train(preset, weights=True), chosen)
    out.tell(report, partial(drawings, report))
