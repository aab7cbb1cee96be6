"""`optplay curvature`."""

from typing import TYPE_CHECKING

import click

from optplay.cli.options import json_option, one_of, plot_option, preset_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay curvature edge-of-stability --plot
  optplay curvature compare --seed 3
  optplay curvature my.toml --json > curvature.json

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""


@click.command("curvature", epilog=EXAMPLES)
@preset_options
@plot_option("Draw the sharpness by epoch, of the first seed.")
@json_option
@click.option("--csv", "folder", metavar="DIR", help="Write curvature.csv: a row per epoch.")
def command(preset: "Preset", plot: bool, as_json: bool, folder: str | None) -> None:
    """Measure how sharp the loss is, and what each optimizer stands.

    Trains a preset's runs and computes the top eigenvalue of the Hessian along each, against the
    optimizer's threshold: 2/lr for SGD.
    """
    one_of(json=as_json, plot=plot)
    from optplay.cli.curvature import curve_and_report  # noqa: PLC0415

    curve_and_report(preset, plot=plot, as_json=as_json, folder=folder)
