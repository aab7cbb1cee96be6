"""`optplay run`: trains, with progress on stderr, and reports on stdout."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import click

from optplay.errors import InputError
from optplay.experiments import Preset, Results, run_preset, to_json, write_csv
from optplay.training import on_compile

COMPILING = "optplay: compiling the training loop; this happens once and takes some seconds"


def run_and_report(
    preset: Preset,
    *,
    plot: bool = False,
    as_json: bool = False,
    folder: str | None = None,
    quiet: bool = False,
) -> None:
    """Runs a preset and prints what came of it; see `optplay run --help`.

    Raises:
        InputError: the preset is more than this machine can hold or finish.
        OSError: the CSV files can't be written.
    """
    if folder is not None:
        make_folder(folder)
    if not quiet:
        announce_compiling()
    with progress_bar("training", preset.steps, quiet=quiet) as progress:
        results = run_preset(preset, progress=progress)
    if folder is not None:
        told(write_csv(results, Path(folder)), quiet=quiet)
    if as_json:
        click.echo(to_json(results))
    else:
        print_results(results, plot=plot, quiet=quiet)


def told(written: Iterable[Path], *, quiet: bool = False) -> None:
    """Says on stderr which files were written."""
    if not quiet:
        click.echo(f"optplay: wrote {', '.join(map(str, written))}", err=True)


def make_folder(folder: str) -> None:
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
def progress_bar(
    what: str, total: float, *, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, where that is a terminal; it is told how much of `total` is done."""
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console  # noqa: PLC0415 - not needed for --json
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn(what), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


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
