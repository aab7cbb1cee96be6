"""The one way in which commands report: progress on stderr, then JSON, or tables and charts."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optplay.errors import InputError, one_line

if TYPE_CHECKING:
    from optplay.experiments import Preset, Results
    from optplay.experiments.tables import Line, Report
    from optplay.plots import Look, Picture

    # What `--plot` draws, from the columns that there are.
    Drawing = Callable[[int, Look], Iterable[Line | Picture]]

COMPILING = "compiling the training loop; this happens once and takes some seconds"


def note(text: str) -> None:
    """Says something beside what a command reports: in one line, on stderr."""
    # Where stderr takes nothing there is no one to tell of it either.
    with suppress(OSError):
        click.echo(f"optplay: {one_line(text)}", err=True)


@dataclass(kw_only=True)
class Output:
    """What the options of a command ask for.

    Attributes:
        as_json: one JSON document, and nothing else. plot: charts below the tables.
        folder: where CSV files are written, if they are. files: which.
        force: those that are there already may be lost.
        quiet: the closing parts only, and nothing on stderr.
    """

    as_json: bool = False
    plot: bool = False
    folder: str | None = None
    files: Sequence[str] = ()
    force: bool = False
    quiet: bool = False

    def __post_init__(self) -> None:
        if self.as_json and self.plot:
            raise InputError("--plot: found with --json, allowed: one of the two")
        self._begun = False

    @contextmanager
    def progress(self, what: str, total: float) -> Iterator[Callable[[int], None]]:
        """A bar on stderr, where that is a terminal; it is told how much of `total` is done.

        Raises:
            InputError: the first time, if no CSV files could be written later, or one would be
                lost.
        """
        if not self._begun:
            self._begun = True
            if self.folder is not None:
                make_folder(self.folder)
                self._keep(self.files)
            if not self.quiet:
                announce_compiling()
        if self.quiet or not sys.stderr.isatty():
            yield lambda done: None
            return
        from rich import progress as rich  # noqa: PLC0415 - not needed for --json
        from rich.console import Console  # noqa: PLC0415

        columns = (
            rich.TextColumn(what), rich.BarColumn(), rich.TextColumn("{task.percentage:>3.0f} %"),
            rich.TimeRemainingColumn(),
        )  # fmt: skip
        with rich.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)

    def train(self, preset: "Preset", *, weights: bool = False) -> "Results":
        """What a preset comes to, with a bar while it is trained; see `run_preset`."""
        from optplay.experiments import run_preset  # noqa: PLC0415 - --help is to be instant

        with self.progress("training", preset.steps) as progress:
            return run_preset(preset, weights=weights, progress=progress)

    def tell(self, report: "Report", draw: "Drawing | None" = None) -> None:
        """Writes the CSV files, then prints the document, or the parts with the charts.

        Raises:
            InputError: there is such a file already.
            OSError: a file can't be written.
        """
        from optplay.experiments.tables import json_pieces, write_csv  # noqa: PLC0415

        if self.folder is not None:
            files = report.csv()
            self._keep(files)
            written = write_csv(files, Path(self.folder))
            if not self.quiet:
                note(f"wrote {', '.join(map(str, written))}")
        if self.as_json:
            sys.stdout.writelines(json_pieces(report.document()))
            click.echo()
            return
        from optplay.cli import printing  # noqa: PLC0415 - rich is not needed for --json
        from optplay.cli.console import console  # noqa: PLC0415

        out = console()
        if not self.quiet:
            printing.print_parts(out, report.parts())
            if self.plot and draw:
                from optplay.plots import Look  # noqa: PLC0415 - nor plotext without --plot

                look = Look(color=out.color_system is not None, dark=True)
                printing.print_drawings(out, draw(out.width, look))
        printing.print_parts(out, report.closing())

    def _keep(self, names: Iterable[str]) -> None:
        for name in names if self.folder is not None else ():
            keep(Path(self.folder or "", name), "--csv", force=self.force)


def keep(path: Path, option: str, *, force: bool) -> None:
    """Refuses to write over a file, unless it may be lost.

    Raises:
        InputError: it is there.
    """
    if not force and path.exists():
        raise InputError(f"{option}: {path} is there already, allowed: another name, or --force")


def force_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--force", is_flag=True, help="Write over files that are there.")(function)


def make_folder(folder: str) -> None:
    """Makes the folder of the CSV files, and finds out before training if it takes files."""
    if not folder:
        raise InputError("--csv: found '', allowed: a directory")
    from tempfile import TemporaryFile  # noqa: PLC0415 - --help is to be instant

    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except FileExistsError:
        raise InputError(f"--csv: found a file at {folder}, allowed: a directory") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"--csv: cannot write into {folder[:200]}: {reason}") from None


@cache
def announce_compiling() -> None:
    """Says on stderr, once in a process, when something has to be compiled."""
    from optplay.training import on_compile  # noqa: PLC0415 - --help is to be instant

    said: list[bool] = []

    def say() -> None:
        if not said:
            said.append(True)
            note(COMPILING)

    on_compile(say)


def output_options(
    *, plot: str = "", csv: Sequence[str] = (), quiet: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds --json, --plot and --quiet where there is a help text for them, and --csv for files.

    The command is given an `Output` as `out`.
    """

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        text = "Print one JSON document, nothing else."
        added: dict[str, Callable[[Any], Any]]
        added = {"as_json": click.option("--json", "as_json", is_flag=True, help=text)}
        if plot:
            added = {"plot": click.option("--plot", is_flag=True, help=plot)} | added
        if csv:
            first, last = ", ".join(csv[:-1]), csv[-1]
            text = f"Write {f'{first} and {last}' if first else last}."
            added["folder"] = click.option("--csv", "folder", metavar="DIR", help=text)
            added["force"] = force_option
        if quiet:
            added["quiet"] = click.option("--quiet", "-q", is_flag=True, help=quiet)

        @wraps(function)
        def command(**options: Any) -> Any:
            out = Output(files=csv, **{name: options.pop(name) for name in added})
            return function(out=out, **options)

        for option in reversed(added.values()):
            command = option(command)
        return command

    return add
