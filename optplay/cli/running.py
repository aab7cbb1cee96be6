"""`optplay run`: trains, with progress on stderr, and reports on stdout."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import click

from optplay.errors import InputError
from optplay.experiments import Preset, Results, load, run_preset, to_json, write_csv
from optplay.training import on_compile

COMPILING = "optplay: compiling the training loop; this happens once and takes some seconds"


def run_and_report(
    preset: str,
    *,
    plot: bool = False,
    as_json: bool = False,
    folder: str | None = None,
    seeds: int | None = None,
    seed: int | None = None,
    epochs: int | None = None,
    edits: Sequence[str] = (),
    quiet: bool = False,
) -> None:
    """Runs a preset and prints what came of it; see `optplay run --help`.

    Raises:
        InputError: something is wrong with the preset or with an option.
        OSError: the CSV files can't be written.
    """
    loaded = load(preset, seeds=seeds, seed=seed, epochs=epochs, edits=edits)
    if folder is not None:
        _make(folder)
    if not quiet:
        announce_compiling()
    with _progress(loaded, shown=sys.stderr.isatty() and not quiet) as progress:
        results = run_preset(loaded, progress=progress)
    if folder is not None:
        written = write_csv(results, Path(folder))
        if not quiet:
            click.echo(f"optplay: wrote {', '.join(map(str, written))}", err=True)
    if as_json:
        click.echo(to_json(results))
    else:
        print_results(results, plot=plot, quiet=quiet)


def _make(folder: str) -> None:
    """Makes the folder of the CSV files, and finds out before training if it takes files."""
    if not folder:
        raise InputError("--csv: found '', allowed: a directory")
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except FileExistsError:
        raise InputError(f"--csv: found a file at {folder}, allowed: a directory") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"--csv: cannot write into {folder[:200]}: {reason}") from None


def announce_compiling() -> None:
    """Says on stderr, once, when something has to be compiled."""
    said: list[bool] = []

    def say() -> None:
        if not said:
            said.append(True)
            click.echo(COMPILING, err=True)

    on_compile(say)


@contextmanager
def _progress(preset: Preset, *, shown: bool) -> Iterator[Callable[[int], None]]:
    if not shown:
        yield lambda steps: None
        return
    from rich.console import Console  # noqa: PLC0415 - not needed for --json
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("training"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=preset.steps)
        yield lambda steps: bar.update(task, completed=steps)


def print_results(results: Results, *, plot: bool, quiet: bool) -> None:
    """Prints the table of runs, the charts if `plot`, and the verdicts; only these if `quiet`."""
    from optplay.cli import tables  # noqa: PLC0415 - rich is not needed for --json

    console = tables.console()
    if not quiet:
        tables.print_runs(console, results)
        if plot:
            from optplay.cli.charts import print_charts  # noqa: PLC0415 - nor plotext without

            print_charts(console, results)
    tables.print_verdicts(console, results)
