"""`optplay show`."""

import sys
from typing import TYPE_CHECKING

import click

from optplay.counting import counted

if TYPE_CHECKING:
    from rich.table import Table

    from optplay.experiments import Preset

EXAMPLES = """\b
Examples:
  optplay show exercise-4-clipping
  optplay show compare --toml > my.toml
"""


@click.command("show", epilog=EXAMPLES)
@click.argument("preset", metavar="PRESET|FILE")
@click.option("--toml", is_flag=True, help="Print the file itself, to start a preset of your own.")
def command(preset: str, toml: bool) -> None:
    """Show a preset: its lesson, its runs and its claims."""
    from optplay.experiments import load  # noqa: PLC0415 - --help is to be instant
    from optplay.experiments.folders import path_of  # noqa: PLC0415

    loaded = load(preset)
    if toml:
        with open(path_of(preset), encoding="utf-8") as file:
            sys.stdout.write(file.read())
    else:
        _print(loaded, preset)


def _print(preset: "Preset", asked: str) -> None:
    from rich.markdown import Markdown  # noqa: PLC0415 - nor rich for --toml
    from rich.text import Text  # noqa: PLC0415

    from optplay.cli.console import console  # noqa: PLC0415
    from optplay.experiments import cautions, claimed  # noqa: PLC0415
    from optplay.experiments.folders import preset_files  # noqa: PLC0415
    from optplay.experiments.tries import as_command, tried  # noqa: PLC0415

    out = console()
    out.print(Text(preset.title, style="bold"))
    out.print(preset.question + "\n")
    # A link shows where it leads.
    out.print(Markdown(preset.lesson, hyperlinks=False))
    out.print(_runs(preset))
    for caution in cautions(preset):
        out.print(Text(caution))
    for claim in preset.claims:
        at = f" at {claim.at:g}" if claim.at is not None else ""
        out.print(Text(f"Claim: {claimed(claim)}"))
        out.print(Text(f"       {claim.metric}{at}: {claim.left} {claim.is_} {claim.right}", "dim"))
    ours = asked in preset_files()
    for number, one in enumerate(preset.tries, 1):
        if not (ours or one.preset):
            tried(preset, number - 1)  # What is wrong with it is said here.
        out.print(Text(f"\nTry {number}: {one.text}"))
        out.print(Text(f"       {as_command(one, asked)}", "dim"))
    out.print(Text(f"\nMeasure it: optplay run {asked} --plot", style="dim"))


def _runs(preset: "Preset") -> "Table":
    from optplay.cli.console import grid  # noqa: PLC0415
    from optplay.experiments import settings  # noqa: PLC0415

    table = grid("Run", "Optimizer", "Settings")
    for run in preset.runs:
        parts = [settings(run.config)]
        if run.fork:
            parts.append(f"from {run.fork.run} at {preset.unit} {run.fork.epoch}")
        table.add_row(run.label, run.config.optimizer, ", ".join(parts))
    seeds = f"{len(preset.seeds)} seeds" if len(preset.seeds) > 1 else f"seed {preset.seeds[0]}"
    table.title = f"{counted(preset.runs[0].config.epochs, preset.unit)}, {seeds}"
    return table
