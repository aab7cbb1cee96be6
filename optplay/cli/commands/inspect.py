"""`optplay inspect`."""

from typing import TYPE_CHECKING

import click

from optplay.cli.options import json_option, preset_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay inspect compare
  optplay inspect exercise-4-clipping --step 200 --parameter "layer 1 w[3,0]"
  optplay inspect exercise-5-adamw --run AdamW --step 1000 --seed 3 --json

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""


@click.command("inspect", epilog=EXAMPLES)
@preset_options
@click.option("--run", "label", metavar="LABEL", help="The run; the first one if left out.")
@click.option(
    "--step", type=int, default=1, metavar="N", help="The update, counted from 1; 1 if left out."
)
@click.option(
    "--parameter", metavar="NAME|INDEX", help="The parameter; that of the largest step if left out."
)
@json_option
def command(
    preset: "Preset", label: str | None, step: int, parameter: str | None, as_json: bool
) -> None:
    """Take one update of one run apart, part by part.

    The run is trained with the preset's first seed, or that of --seed.
    """
    from optplay.cli.inspecting import inspect_and_report  # noqa: PLC0415

    inspect_and_report(preset, label, step, parameter, as_json=as_json)
