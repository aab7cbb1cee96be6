"""The one way in which commands report: progress on stderr, then JSON, or tables and charts."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optplay.errors import InputError

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
        click.echo(f"optplay: {text}", err=True)


@dataclass(kw_only=True)
class Output:
    """What the options of a command ask for.

    Attributes:
        as_json: one JSON document, and nothing else. plot: charts below the tables.
        folder: where CSV files are written, if they are.
        quiet: the closing parts only, and nothing on stderr.
    """

    as_json: bool = False
    plot: bool = False
    folder: str | None = None
    quiet: bool = False

    def __post_init__(self) -> None:
        if self.as_json and self.plot:
            raise InputError("--plot: found with --json, allowed: one of the two")
        self._begun = False

    @contextmanager
    def progress(self, what: str, total: float) -> Iterator[Callable[[int], None]]:
        """A bar on stderr, where that is a terminal; it is told how much of `total` is done.

        Raises:
            InputError: the first time, if no CSV files could be written later.
        """
        if not self._begun:
            self._begun = True
            if self.folder is not None:
                make_folder(self.folder)
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

    def train(self, preset: "Preset") -> "Results":
        """What a preset comes to, with a bar while it is trained."""
        from optplay.experiments import run_preset  # noqa: PLC0415 - --help is to be instant

        with self.progress("training", preset.steps) as progress:
            return run_preset(preset, progress=progress)

    def tell(self, report: "Report", draw: "Drawing | None" = None) -> None:
        """Writes the CSV files, then prints the document, or the parts with the charts.

        Raises:
            OSError: a file can't be written.
        """
        from optplay.experiments.tables import json_pieces, write_csv  # noqa: PLC0415

        if self.folder is not None:
            written = write_csv(report.csv(), Path(self.folder))
            if not self.quiet:
                note(f"wrote {', '.join(map(str, written))}")
        if self.as_json:
            sys.stdout.writelines(json_pieces(report.document()))
            click.echo()
            return
        from optplay.cli import console  # noqa: PLC0415 - rich is not needed for --json

        out = console.console()
        if not self.quiet:
            console.print_parts(out, report.parts())
            if self.plot and draw:
                from optplay.plots import Look  # noqa: PLC0415 - nor plotext without --plot

                look = Look(color=out.color_system is not None, dark=True)
                console.print_drawings(out, draw(out.width, look))
        console.print_parts(out, report.closing())


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


def announce_compiling() -> None:
    """Says on stderr, once, when something has to be compiled."""
    from optplay.training import on_compile  # noqa: PLC0415 - --help is to be instant

    said: list[bool] = []

    def say() -> None:
        if not said:
            said.append(True)
            note(COMPILING)

    on_compile(say)


def output_options(
    *, plot: str = "", csv: str = "", quiet: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds --json, and --plot, --csv and --quiet where there is a help text for them.

    The command is given an `Output` as `out`.
    """

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        text = "Print one JSON document, nothing else."
        added = {"as_json": click.option("--json", "as_json", is_flag=True, help=text)}
        if plot:
            added = {"plot": click.option("--plot", is_flag=True, help=plot)} | added
        if csv:
            added["folder"] = click.option("--csv", "folder", metavar="DIR", help=csv)
        if quiet:
            added["quiet"] = click.option("--quiet", "-q", is_flag=True, help=quiet)

        @wraps(function)
        def command(**options: Any) -> Any:
            out = Output(**{name: options.pop(name) for name in added})
            return function(out=out, **options)

        for option in reversed(added.values()):
            command = option(command)
        return command

    return add
