"""`optplay range-test`."""

from typing import TYPE_CHECKING

import click

from optplay.cli.options import json_option, one_of, plot_option, preset_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay range-test compare --plot
  optplay range-test compare --to 1 --set "*.problem.batch_size=10"

\b
What it suggests is a rule of thumb: `optplay sweep` measures where a run really ends.

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""


@click.command("range-test", epilog=EXAMPLES)
@preset_options
@click.option(
    "--to",
    default=10.0,
    metavar="RATE",
    help="The last rate, 10 if left out; the first is a millionth of it.",
)
@plot_option("Draw the loss against the rate.")
@json_option
def command(preset: "Preset", to: float, plot: bool, as_json: bool) -> None:
    """Ramp the learning rate within one run, to find a good range."""
    one_of(json=as_json, plot=plot)
    from optplay.cli.range_testing import ramp_and_report  # noqa: PLC0415 - --help is instant

    ramp_and_report(preset, to=to, plot=plot, as_json=as_json)
