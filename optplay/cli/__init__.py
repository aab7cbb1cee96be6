"""The command line. Each command loads what it needs when it runs: `--help` is to be instant."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

import click

from optplay import __version__
from optplay.errors import InputError, unknown

OK, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
NO_COMMAND = """optplay measures what optimizers do to a small network.

  optplay presets                   the exercises
  optplay run compare --plot        train one, with its curves and verdicts
  optplay --help                    all commands
"""
EXAMPLES = """\b
Examples:
  optplay presets
  optplay run exercise-2-warmup --plot
  optplay run compare --seeds 30 --set "Adam.lr=0.01"
  optplay run my.toml --json > report.json
"""
RUN_EXAMPLES = """\b
Examples:
  optplay run compare --plot
  optplay run exercise-4-clipping --seeds 30
  optplay run compare --set "Adam.lr=0.01" --set "*.problem.hidden=[16]"
  optplay run my.toml --json > report.json

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""


class Commands(click.Group):
    """A group that knows the nearest command, and a preset given in place of one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from optplay.experiments import preset_files  # noqa: PLC0415

            if name in preset_files() or Path(name).suffix == ".toml":
                raise InputError(f"{name} is a preset: optplay run {name}")
            raise InputError(unknown("command", name, self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="optplay")
@click.pass_context
def app(ctx: click.Context) -> None:
    """A terminal playground for the optimizers that train neural networks."""
    if ctx.invoked_subcommand is None:
        click.echo(NO_COMMAND, nl=False)


@app.command(epilog=RUN_EXAMPLES)
@click.argument("preset", metavar="PRESET|FILE")
@click.option("--plot", is_flag=True, help="Draw the preset's charts.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
@click.option("--csv", "folder", metavar="DIR", help="Write history, metrics and claims as CSV.")
@click.option("--seeds", type=int, metavar="N", help="Use the network seeds 0 … N-1.")
@click.option("--epochs", type=int, metavar="N", help="Train for N epochs.")
@click.option(
    "--set",
    "edits",
    multiple=True,
    metavar="LABEL.KEY=VALUE",
    help="Change a key of one run, or of all with *.KEY=VALUE.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print the verdicts only, and no progress.")
def run(
    preset: str,
    plot: bool,
    as_json: bool,
    folder: str | None,
    seeds: int | None,
    epochs: int | None,
    edits: tuple[str, ...],
    quiet: bool,
) -> None:
    """Train a preset's runs over its seeds, and judge its claims."""
    if as_json and plot:
        raise InputError("--plot: found with --json, allowed: one of the two")
    from optplay.cli.running import run_and_report  # noqa: PLC0415

    run_and_report(
        preset, plot=plot, as_json=as_json, folder=folder, seeds=seeds, epochs=epochs,
        edits=edits, quiet=quiet,
    )  # fmt: skip


@app.command()
def presets() -> None:
    """List the presets with their questions."""
    from optplay.cli.tables import print_presets  # noqa: PLC0415

    print_presets()


@app.command()
@click.argument("preset", metavar="PRESET|FILE")
@click.option("--toml", is_flag=True, help="Print the file itself, to start a preset of your own.")
def show(preset: str, toml: bool) -> None:
    """Show a preset: its lesson, its runs and its claims."""
    from optplay.cli.tables import print_preset  # noqa: PLC0415

    print_preset(preset, toml=toml)


@app.command()
@click.argument("name", required=False)
def optimizers(name: str | None) -> None:
    """List the optimizers, or the hyperparameters of one."""
    from optplay.cli.tables import print_optimizer, print_optimizers  # noqa: PLC0415

    if name is None:
        print_optimizers()
    else:
        print_optimizer(name)


def invoke(arguments: Sequence[str]) -> int:
    """Runs a command line and returns its exit code; all errors end here, in one line each."""
    try:
        code = app.main(list(arguments), prog_name="optplay", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except InputError as error:
        return _complain(str(error), WRONG_INPUT)
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has left; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if os.environ.get("OPTPLAY_DEBUG"):
            raise
        kind = "" if isinstance(error, OSError) else f"{type(error).__name__}: "
        hint = "" if isinstance(error, OSError) else " (OPTPLAY_DEBUG=1 shows where)"
        return _complain(f"{kind}{error}{hint}", FAILED)


def _complain(message: str, code: int) -> int:
    click.echo("optplay: " + " ".join(message.split()), err=True)
    return code


def main() -> None:
    """The `optplay` command."""
    # A terminal without Unicode gets question marks instead of a crash.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(invoke(sys.argv[1:]))
