"""The command line. Each command loads what it needs when it runs: `--help` is to be instant."""

import errno
import os
import sys
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click

from optplay import __version__
from optplay.cli import commands
from optplay.cli.interrupts import INTERRUPTED, leave, obey, told
from optplay.cli.output import note
from optplay.cli.streams import open_streams
from optplay.errors import InputError, reason, unknown
from optplay.registry import INSTRUMENTS, has_part

OUTPUT_IS_LOST = {errno.ENOSPC, errno.EFBIG, errno.EIO}
OK, FAILED, WRONG_INPUT = 0, 1, 2
EXAMPLES = """\b
Examples:
  optplay                                opens the app
  optplay exercise-2-warmup              opens it on a preset
  optplay presets
  optplay run exercise-2-warmup --plot
  optplay run compare --seeds 30 --set "Adam.lr=0.01"
  optplay sweep compare-fair --plot
  optplay inspect exercise-5-adamw --run AdamW --step 1000
  optplay show compare --toml > my.toml
  optplay run my.toml --json > report.json
"""
APP_OPTIONS = ("--headless", "--size", "--press", "--screenshot", "--force")


class Commands(click.Group):
    """Finds its commands, knows the nearest; a preset in place of one opens the app on it."""

    @cached_property
    def modules(self) -> dict[str, str]:
        """Where each command is declared: here, by an instrument, or by the app."""
        here = [module.name for module in iter_modules(commands.__path__)]
        asked = [name for name in INSTRUMENTS if has_part(name, "command")]
        found = {name: f"{commands.__name__}.{name}" for name in here}
        found |= {name: f"optplay.instruments.{name}.command" for name in asked}
        found["play"] = "optplay.tui.command"
        return {name.replace("_", "-"): found[name] for name in sorted(found)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return None
        found: click.Command = import_module(self.modules[cmd_name]).command
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0].partition("=")[0] in APP_OPTIONS:
            args = ["play", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from optplay.experiments.folders import known_files  # noqa: PLC0415

            known = known_files()
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
    except SystemExit as end:  # A signal's, or click's, where whoever read the output has left.
        return end.code if isinstance(end.code, int) else FAILED
    except OSError as error:
        if os.environ.get("OPTPLAY_DEBUG"):
            raise
        if isinstance(error, BrokenPipeError):
            return FAILED  # Whoever read the output has left.
        # All files are named in their errors.
        lost = error.filename is None and error.errno in OUTPUT_IS_LOST
        return _complain(("standard output: " if lost else "") + reason(error), FAILED)
    except Exception as error:
        if os.environ.get("OPTPLAY_DEBUG"):
            raise
        hint = "(OPTPLAY_DEBUG=1 shows where)"
        return _complain(f"{type(error).__name__}: {error} {hint}", FAILED)


def _complain(message: str, code: int) -> int:
    if told:
        return told[0]
    note(message)
    return code


def main() -> None:
    open_streams()
    try:
        obey()
        code = invoke(sys.argv[1:])
    except KeyboardInterrupt:  # Once more, while the first one was dealt with.
        code = INTERRUPTED
    leave(code)
