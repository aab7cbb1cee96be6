"""`optplay curvature`."""

from functools import partial
from typing import TYPE_CHECKING

import click

from optplay.cli.options import EXIT_CODES, preset_options
from optplay.cli.output import Output, output_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay curvature edge-of-stability --plot
  optplay curvature compare --seed 3
  optplay curvature my.toml --json > curvature.json
"""


@click.command("curvature", epilog=EXAMPLES + EXIT_CODES)
@preset_options
@output_options(
    plot="Draw the sharpness by epoch, of the first seed.",
    csv=("curvature.csv",),
)
def command(preset: "Preset", out: Output) -> None:
    """Measure how sharp the loss is, and what each optimizer stands.

    Trains a preset's runs and computes the top eigenvalue of the Hessian along each, against the
    optimizer's threshold: 2/lr for SGD.
    """
    from optplay.instruments.curvature import measure  # noqa: PLC0415 - --help is to be instant
    from optplay.instruments.curvature.picture import drawings  # noqa: PLC0415
    from optplay.instruments.curvature.report import CurvatureReport  # noqa: PLC0415

    results = out.train(preset, weights=True)
    with out.progress("curvature", measure.curvature_epochs(results)) as progress:
        measure.measure_curvature(results, progress=progress)
    out.tell(CurvatureReport(results), partial(drawings, results))
