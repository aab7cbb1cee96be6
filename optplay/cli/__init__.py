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
EXAMPLES = """\b
Examples:
  optplay                                opens the app
  optplay exercise-2-warmup              opens it on a preset
  optplay presets
  optplay run exercise-2-warmup --plot
  optplay run compare --seeds 30 --set "Adam.lr=0.01"
  optplay run my.toml --json > report.json
"""
PLAY_EXAMPLES = """\b
Examples:
  optplay exercise-4-clipping
  optplay compare --headless --press "tab,down,right" --screenshot compare.svg

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted, 143 terminated.
"""
APP_OPTIONS = ("--headless", "--size", "--press", "--screenshot")
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
    """Knows the nearest command, and opens the app on a preset given in place of one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0].partition("=")[0] in APP_OPTIONS:
            args = ["play", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from optplay.experiments import preset_files  # noqa: PLC0415

            known = preset_files()
            if name not in known and not Path(name).suffix and len(Path(name).parts) < 2:
                commands = self.list_commands(ctx)
                raise InputError(unknown("command or preset", name, [*commands, *known]))
            args = ["play", *args]
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="optplay")
def app() -> None:
    """A terminal playground for the optimizers that train neural networks.

    Without a command it opens the app, on the preset given if there is one.
    """


@app.command(epilog=PLAY_EXAMPLES)
@click.argument("preset", metavar="[PRESET|FILE]", required=False)
@click.option("--headless", is_flag=True, help="Run it without a terminal, and report as `run`.")
@click.option("--size", metavar="WxH", help="Cells of the headless screen: 120x40.")
@click.option("--press", metavar="KEYS", help="Keys to press, between commas, once it has trained.")
@click.option("--screenshot", metavar="FILE.svg", help="Write the headless screen as SVG.")
def play(
    preset: str | None,
    headless: bool,
    size: str | None,
    press: str | None,
    screenshot: str | None,
) -> int:
    """Open the app; `optplay PRESET` does the same."""
    from optplay.cli.playing import open_app  # noqa: PLC0415

    return open_app(preset, headless=headless, size=size, press=press, screenshot=screenshot)


@app.command(epilog=RUN_EXAMPLES)
@click.argument("preset", metavar="PRESET|FILE")
@click.option("--plot", is_flag=True, help="Draw the preset's charts.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
@click.option("--csv", "folder", metavar="DIR", help="Write history, metrics and claims as CSV.")
@click.option("--seeds", type=int, metavar="N", help="Use the network seeds 0 … N-1.")
@click.option("--seed", type=int, metavar="N", help="Use the network seed N only.")
@click.option("--epochs", type=int, metavar="N", help="Train for N epochs.")
@click.option(
    "--set",
    "edits",
    multiple=True,
    metavar="LABEL.KEY=VALUE",
    help="Change a key of one run, or of all with *.KEY=VALUE. The value none takes the key out, "
    "as in Adam.clip=none; a new optimizer drops the hyperparameters that it doesn't have.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print the verdicts only, and no progress.")
def run(
    preset: str,
    plot: bool,
    as_json: bool,
    folder: str | None,
    seeds: int | None,
    seed: int | None,
    epochs: int | None,
    edits: tuple[str, ...],
    quiet: bool,
) -> None:
    """Train a preset's runs over its seeds, and judge its claims."""
    if as_json and plot:
        raise InputError("--plot: found with --json, allowed: one of the two")
    if seed is not None and seeds is not None:
        raise InputError("--seed: found with --seeds, allowed: one of the two")
    from optplay.cli.running import run_and_report  # noqa: PLC0415

    run_and_report(
        preset, plot=plot, as_json=as_json, folder=folder, seeds=seeds, seed=seed,
        epochs=epochs, edits=edits, quiet=quiet,
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
    # Closed by the shell (>&-): what is printed is lost, and no other file takes its number.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    # A terminal without Unicode gets question marks instead of a crash.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(invoke(sys.argv[1:]))
