"""`optplay rates`: effective rates and steps of all parameters, at chosen steps and over time."""

import click
from rich.text import Text

from optplay.analysis.steps import overlaid
from optplay.cli.running import announce_compiling, progress_bar
from optplay.cli.tables import console, print_rates
from optplay.experiments import Preset, run_preset
from optplay.experiments.rates import (
    as_distribution,
    parse_steps,
    rates_document,
    spread_over_time,
)
from optplay.experiments.report import strict_json

IN_TABLE = 4


def rates_and_report(preset: Preset, asked: str | None, *, plot: bool, as_json: bool) -> None:
    """Trains a preset and prints its rates; see `optplay rates --help`.

    Raises:
        InputError: wrong steps, or more work than this machine can do.
    """
    steps = parse_steps(preset, asked)
    announce_compiling()
    with progress_bar("training", preset.steps) as progress:
        results = run_preset(preset, progress=progress)
    if as_json:
        click.echo(strict_json(rates_document(results, steps)))
        return
    out = console()
    out.print(Text(preset.title, style="bold"))
    by_step = [overlaid(results.runs, step) for step in steps]
    print_rates(
        out, "All parameters of all seeds that moved",
        [(label, found[label]) for label in results.runs for found in by_step],
    )  # fmt: skip
    print_rates(
        out, "Over time, each at the last step of an epoch",
        [
            (label, as_distribution(at))
            for label, way in spread_over_time(results, IN_TABLE).items()
            for at in way
        ],
    )  # fmt: skip
    if plot:
        from optplay.cli.charts import print_rate_charts  # noqa: PLC0415 - plotext takes its time

        print_rate_charts(out, by_step, spread_over_time(results))
