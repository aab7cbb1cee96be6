"""`optplay inspect`."""

from typing import TYPE_CHECKING

import click

from optplay.cli.options import EXIT_CODES, preset_options
from optplay.cli.output import Output, output_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay inspect compare
  optplay inspect exercise-4-clipping --step 200 --parameter "layer 1 w[3,0]"
  optplay inspect exercise-5-adamw --run AdamW --step 1000 --seed 3 --json
"""


@click.command("inspect", epilog=EXAMPLES + EXIT_CODES)
@preset_options
@click.option("--run", "label", metavar="LABEL", help="The run; the first one if left out.")
@click.option(
    "--step", type=int, default=1, metavar="N", help="The update, counted from 1; 1 if left out."
)
@click.option(
    "--parameter", metavar="NAME|INDEX", help="The parameter; that of the largest step if left out."
)
@output_options()
def command(
    preset: "Preset", label: str | None, step: int, parameter: str | None, out: Output
) -> None:
    """Take one update of one run apart, part by part.

    The run is trained with the preset's first seed, or that of --seed.
    """
    from optplay.instruments.inspect.measure import inspect  # noqa: PLC0415 - --help is instant
    from optplay.instruments.inspect.report import InspectReport  # noqa: PLC0415

    with out.progress("training", step) as progress:
        found = inspect(preset, label, step, parameter, progress=progress)
    out.tell(InspectReport(preset, *found))
