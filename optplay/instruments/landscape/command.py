"""`optplay landscape`."""

from functools import partial
from typing import TYPE_CHECKING

import click

from optplay.cli.options import EXIT_CODES, preset_options
from optplay.cli.output import Output, output_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay landscape compare --plot
  optplay landscape compare --plot --epoch 20 --shared
  optplay landscape my.toml --json > landscape.json
"""


@click.command("landscape", epilog=EXAMPLES + EXIT_CODES)
@preset_options
@click.option(
    "--epoch",
    type=int,
    metavar="N",
    help="Slice through the weights after epoch N; the last if left out.",
)
@click.option("--shared", is_flag=True, help="One plane for all runs, through the first one.")
@output_options(plot="Draw the loss over each slice, with the run's path on it.")
def command(preset: "Preset", epoch: int | None, shared: bool, out: Output) -> None:
    """Slice the loss along the two directions a run moved most in.

    Each slice goes through a run's last weights, or those of --epoch, with the first of the seeds.
    """
    import msgspec  # noqa: PLC0415 - --help is to be instant

    from optplay.instruments.landscape.measure import slices  # noqa: PLC0415
    from optplay.instruments.landscape.picture import drawings  # noqa: PLC0415
    from optplay.instruments.landscape.report import LandscapeReport  # noqa: PLC0415

    preset = msgspec.structs.replace(preset, seeds=preset.seeds[:1])
    found = slices(out.train(preset, weights=True), epoch, shared=shared)
    out.tell(LandscapeReport(preset, found), partial(drawings, found))
