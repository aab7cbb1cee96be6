"""`optplay range-test`."""

from functools import partial
from typing import TYPE_CHECKING

import click

from optplay.cli.options import EXIT_CODES, preset_options
from optplay.cli.output import Output, output_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay range-test compare --plot
  optplay range-test compare --to 1 --set "*.problem.batch_size=10"

\b
What it suggests is a rule of thumb: `optplay sweep` measures where a run really ends.
"""


@click.command("range-test", epilog=EXAMPLES + EXIT_CODES)
@preset_options
@click.option(
    "--to",
    default=10.0,
    metavar="RATE",
    help="The last rate, 10 if left out; the first is a millionth of it.",
)
@output_options(plot="Draw the loss against the rate.")
def command(preset: "Preset", to: float, out: Output) -> None:
    """Ramp the learning rate within one run, to find a good range."""
    from optplay.instruments.range_test.measure import run_tests  # noqa: PLC0415 - see --help
    from optplay.instruments.range_test.picture import drawings  # noqa: PLC0415
    from optplay.instruments.range_test.report import RangeTestReport  # noqa: PLC0415

    with out.progress("testing", preset.steps) as progress:
        tests = run_tests(preset, to, progress=progress)
    out.tell(RangeTestReport(preset, tests, to), partial(drawings, tests))
