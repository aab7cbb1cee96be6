"""`optplay run`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from optplay.cli.options import EXIT_CODES, preset_options
from optplay.cli.output import Output, output_options

if TYPE_CHECKING:
    from optplay.experiments import Preset, Results
    from optplay.experiments.tables import Line
    from optplay.plots import Look, Picture

EXAMPLES = """\b
Examples:
  optplay run compare --plot
  optplay run exercise-4-clipping --seeds 30
  optplay run compare --set "Adam.lr=0.01" --set "*.problem.hidden=[16]"
  optplay run my.toml --json > report.json
"""


@click.command("run", epilog=EXAMPLES + EXIT_CODES)
@preset_options
@output_options(
    plot="Draw the preset's charts.",
    csv=("history.csv", "metrics.csv", "claims.csv"),
    quiet="Print the verdicts only, and no progress.",
)
def command(preset: "Preset", out: Output) -> None:
    """Train a preset's runs over its seeds, and judge its claims."""
    run(preset, out)


def run(preset: "Preset", out: Output) -> None:
    """Runs a preset and prints what came of it.

    Raises:
        InputError: the preset is more than this machine can hold or finish.
        OSError: the CSV files can't be written.
    """
    report(out.train(preset), out)


def report(results: "Results", out: Output) -> None:
    """Prints what running a preset came to, with the charts of each instrument that has some."""
    from optplay.experiments.report import RunReport  # noqa: PLC0415
    from optplay.registry import parts  # noqa: PLC0415

    def draw(width: int, look: "Look") -> "Iterable[Line | Picture]":
        for picture in parts("picture").values():
            if of_run := getattr(picture, "of_run", None):
                yield from of_run(results, width, look)

    out.tell(RunReport(results), draw)
