"""What several commands take: a preset with the changes to make in it, and how to report."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from optplay.errors import InputError

Function = Callable[..., Any]

SET_HELP = (
    "Change a key of one run, or of all with *.KEY=VALUE. The value none takes the key out, as in "
    "Adam.clip=none; a new optimizer drops the hyperparameters that it doesn't have."
)


def preset_options(function: Function) -> Function:
    """Adds PRESET, --seeds, --seed, --epochs and --set; the command is given the loaded `preset`.

    Raises:
        InputError: something is wrong with the preset or with one of these options.
    """

    @click.argument("preset", metavar="PRESET|FILE")
    @click.option("--seeds", type=int, metavar="N", help="Use the network seeds 0 … N-1.")
    @click.option("--seed", type=int, metavar="N", help="Use the network seed N only.")
    @click.option(
        "--epochs", type=int, metavar="N", help="Train for N epochs; on a surface, N steps."
    )
    @click.option("--set", "edits", multiple=True, metavar="LABEL.KEY=VALUE", help=SET_HELP)
    @wraps(function)
    def command(
        *,
        preset: str,
        seeds: int | None,
        seed: int | None,
        epochs: int | None,
        edits: tuple[str, ...],
        **options: Any,
    ) -> Any:
        if seed is not None and seeds is not None:
            raise InputError("--seed: found with --seeds, allowed: one of the two")
        from optplay.experiments import load  # noqa: PLC0415 - --help is to be instant

        loaded = load(preset, seeds=seeds, seed=seed, epochs=epochs, edits=edits)
        return function(preset=loaded, **options)

    return command


def json_option(function: Function) -> Function:
    """Adds --json, given to the command as `as_json`."""
    text = "Print one JSON document, nothing else."
    return click.option("--json", "as_json", is_flag=True, help=text)(function)


def plot_option(text: str) -> Callable[[Function], Function]:
    """Adds --plot, whose help is `text`."""
    return click.option("--plot", is_flag=True, help=text)


def one_of(**given: object) -> None:
    """Refuses options that can't be used together: those given by name that are set.

    Raises:
        InputError: more than one is.
    """
    used = [f"--{name}" for name, value in given.items() if value]
    if len(used) > 1:
        raise InputError(f"{used[1]}: found with {used[0]}, allowed: one of the two")
