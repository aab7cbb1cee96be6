"""`optplay inspect`: one update of one run, as a table that reads like the pipeline."""

import click
from rich.text import Text

from optplay.analysis.inspect import Dissection, Row, rows
from optplay.cli.running import announce_compiling, progress_bar
from optplay.cli.tables import Rows, console, print_rows
from optplay.experiments import Preset, plain, precise, settings
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
    out.print(f"t = {update.t}, lr = {precise(update.lr)}, {_loss(found)}")
    knobs = [f"{knob} = {plain(v)}" for knob, v in config.hyperparameters.items() if knob != "lr"]
    if knobs:
        out.print(", ".join(knobs))
    largest = ", which moves most" * (parameter == found.largest)
    out.print(f"parameter {parameter}: {config.problem.parameter_names[parameter]}{largest}")
    print_rows(out, _tables(rows(found, parameter)))


def _loss(found: Dissection) -> str:
    samples, loss = found.update.samples, precise(found.update.loss)
    if found.config.on_surface:
        return f"f = {loss}"
    return f"loss {loss} of " + (
        f"sample {samples[0]}" if samples.size == 1 else f"{samples.size} samples"
    )


def _tables(found: list[Row]) -> list[Rows]:
    """The rows with their parts; then, for less room, without; then without what was before."""
    wide, narrow, part = [], [], ""
    for row in found:
        numbers = ["" if value is None else precise(value) for value in (row.before, row.value)]
        if row.value is None and row.formula != "off":
            numbers[-1] = precise(None)
        formula = row.formula or row.name
        wide.append([row.part if row.part != part else "", formula, *numbers])
        narrow.append([f"{row.part}: off" if row.formula == "off" else formula, *numbers])
        part = row.part
    return [
        (["Part", "Formula", ">Before", ">Value"], wide, ""),
        (["Formula", ">Before", ">Value"], narrow, ""),
        (["Formula", ">Value"], [[formula, value] for formula, _, value in narrow], ""),
    ]
