"""`optplay inspect`: one update of one run, as a table that reads like the pipeline."""

import click
from rich.text import Text

from optplay.analysis.inspect import Dissection, Row, rows
from optplay.cli.running import announce_compiling, progress_bar
from optplay.cli.tables import console, plain, print_rows
from optplay.experiments import Preset, precise, settings
from optplay.experiments.inspection import inspect, inspection_document
from optplay.experiments.report import strict_json


def inspect_and_report(
    preset: Preset, label: str | None, step: int, parameter: str | None, *, as_json: bool
) -> None:
    """Trains up to an update and prints what it was made of; see `optplay inspect --help`.

    Raises:
        InputError: no such run, step or parameter, or more work than this machine can do.
    """
    announce_compiling()
    with progress_bar("training", step) as progress:
        name, found, index = inspect(preset, label, step, parameter, progress=progress)
    if as_json:
        click.echo(strict_json(inspection_document(preset, name, found, index)))
    else:
        _print(preset, name, found, index)


def _print(preset: Preset, label: str, found: Dissection, parameter: int) -> None:
    out, config, update = console(), found.config, found.update
    out.print(Text(preset.title, style="bold"))
    out.print(f"{label}: {config.rule.title}, {settings(config)}, seed {config.seed}")
    out.print(
        f"step {found.step:,} of {config.steps:,}, in epoch {found.epoch:,} of {config.epochs:,}"
    )
    count = update.samples.size
    batch = f"sample {update.samples[0]}" if count == 1 else f"{count} samples"
    out.print(f"t = {update.t}, lr = {precise(update.lr)}, loss {precise(update.loss)} of {batch}")
    knobs = [f"{knob} = {plain(v)}" for knob, v in config.hyperparameters.items() if knob != "lr"]
    if knobs:
        out.print(", ".join(knobs))
    largest = ", which moves most" * (parameter == found.largest)
    out.print(f"parameter {parameter}: {config.problem.parameter_names[parameter]}{largest}")
    headings = ["Part", "Formula", ">Before", ">Value"]
    lines = [_cells(row) for row in rows(found, parameter)]
    for line, above in reversed(list(zip(lines[1:], lines, strict=False))):
        line[0] = "" if line[0] == above[0] else line[0]
    print_rows(out, [(headings, lines, "")])


def _cells(row: Row) -> list[str]:
    before = "" if row.before is None else precise(row.before)
    value = "" if row.formula == "off" else precise(row.value)
    return [row.part, row.formula or row.name, before, value]
