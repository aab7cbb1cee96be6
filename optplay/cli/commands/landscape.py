"""`optplay landscape`."""

from typing import TYPE_CHECKING

import click

from optplay.cli.options import json_option, one_of, plot_option, preset_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay landscape compare --plot
  optplay landscape compare --plot --epoch 20 --shared
  optplay landscape my.toml --json > landscape.json

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""


@click.command("landscape", epilog=EXAMPLES)
@preset_options
@click.option(
    "--epoch",
    type=int,
    metavar="N",
    help="Slice through the weights after epoch N; the last if left out.",
)
@click.option("--shared", is_flag=True, help="One plane for all runs, through the first one.")
@plot_option("Draw the loss over each slice, with the run's path on it.")
@json_option
def command(preset: "Preset", epoch: int | None, shared: bool, plot: bool, as_json: bool) -> None:
    """Slice the loss along the two directions a run moved most in.

    Each slice goes through a run's last weights, or those of --epoch, with the first of the seeds.
    """
    one_of(json=as_json, plot=plot)
    from optplay.cli.landscape import slice_and_report  # noqa: PLC0415

    slice_and_report(preset, epoch, shared=shared, plot=plot, as_json=as_json)
