"""`optplay sweep`: makes the runs, with progress on stderr, and reports on stdout."""

from collections.abc import Sequence
from pathlib import Path

import click

from optplay.cli.running import announce_compiling, make_folder, progress_bar, told
from optplay.errors import InputError, inside, unknown
from optplay.experiments import Preset
from optplay.experiments.axes import Axis, parse_axis
from optplay.experiments.best import confirmation
from optplay.experiments.report import strict_json
from optplay.experiments.sweep import SWEPT, Sweep, SweepResults, runs_of, stream_sweep
from optplay.experiments.sweep_report import (
    SweepReport,
    sides_of,
    sweep_document,
    write_sweep_csv,
)
from optplay.problems import Problem

MOST_AXES = 2


def sweep_and_report(
    preset: Preset,
    *,
    axes: Sequence[str],
    optimizers: Sequence[str] | None = None,
    metric: str = "final_loss",
    confirm: bool = False,
    plot: bool = False,
    as_json: bool = False,
    folder: str | None = None,
) -> None:
    """Makes a sweep and prints what it says; see `optplay sweep --help`.

    Raises:
        InputError: something is wrong with an option, or it is more than this machine can finish.
        OSError: the CSV files can't be written.
    """
    sweep = _asked(preset, axes, optimizers)
    _check_metric(metric, sweep)
    if folder is not None:
        make_folder(folder)
    announce_compiling()
    results = _made("sweeping", sweep)
    again = confirmation(results, metric) if confirm else None
    confirmed = sides_of(_made("confirming", again), metric) if again else {}
    report = SweepReport(preset, results, metric, confirmed, again.seeds if again else ())
    if folder is not None:
        told(write_sweep_csv(report, Path(folder)))
    if as_json:
        click.echo(strict_json(sweep_document(report)))
        return
    from optplay.cli import sweep_tables, tables  # noqa: PLC0415 - rich is not needed for --json

    out = tables.console()
    sweep_tables.print_best(out, report)
    if plot:
        from optplay.cli.sweep_charts import print_sweep  # noqa: PLC0415 - nor plotext without

        print_sweep(out, report)


def _asked(preset: Preset, axes: Sequence[str], optimizers: Sequence[str] | None) -> Sweep:
    if len(axes) > MOST_AXES:
        raise InputError(f"--over: found {len(axes)} knobs with --lr, allowed: {MOST_AXES} in all")
    try:
        runs = preset.runs if optimizers is None else runs_of(preset, optimizers)
    except InputError as error:
        raise inside("--optimizers", error) from None
    parsed: list[Axis] = []
    for text in axes:
        option = "--lr" if text.startswith("lr=") and text is axes[0] else "--over"
        try:
            parsed.append(parse_axis(text, runs[0].config))
        except InputError as error:
            raise inside(option, error) from None
    return Sweep(runs, preset.seeds, tuple(parsed))


def _check_metric(metric: str, sweep: Sweep) -> None:
    if metric not in SWEPT:
        raise InputError(unknown("metric", metric, SWEPT))
    for run in sweep.runs:
        if metric != SWEPT[0] and not isinstance(run.config.problem, Problem):
            raise InputError(
                f"--metric: found {metric}, but {run.label} is on a surface; allowed: {SWEPT[0]}"
            )
    held_out = [run.config.problem.test_count for run in sweep.runs]
    if "test" in metric and not all(held_out):
        raise InputError(
            f"--metric: found {metric}, but no samples are held out "
            '(--set "*.problem.test_fraction=0.3")'
        )


def _made(what: str, sweep: Sweep) -> SweepResults:
    with progress_bar(what, sweep.count) as progress:
        for results in stream_sweep(sweep):
            progress(results.made)
    return results
