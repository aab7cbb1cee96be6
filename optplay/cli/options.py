"""What several commands take: a preset with the changes to make in it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from optplay.errors import InputError

Function = Callable[..., Any]

EXIT_CODES = """
\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted, 143 terminated.
"""
SET_HELP = (
    "Change a key of one run, or of all with *.KEY=VALUE or KEY=VALUE. The value none takes the "
    "key out, as in Adam.clip=none; a new optimizer comes with its usual learning rate, and "
    "without the hyperparameters that only the old one has."
)


def whole(text: str) -> int | str:
    """The number; or the text, to be refused by who knows what is allowed."""
    try:
        return int(text)
    except ValueError:
        return text


def preset_options(function: Function) -> Function:
    """Adds PRESET, --seeds, --seed, --epochs and --set; the command is given the loaded `preset`.

    Raises:
        InputError: something is wrong with the preset or with one of these options.
    """

    @click.argument("preset", metavar="PRESET|FILE")
    @click.option("--seeds", type=whole, metavar="N", help="Use the network seeds 0 … N-1.")
    @click.option("--seed", type=whole, metavar="N", help="Use the network seed N only.")
    @click.option(
        "--epochs", type=whole, metavar="N", help="Train for N epochs; on a surface, N steps."
    )
    @click.option("--set", "edits", multiple=True, metavar="LABEL.KEY=VALUE", help=SET_HELP)
    @wraps(function)
    def command(*, preset: str, **options: Any) -> Any:
        changes = {name: options.pop(name) for name in ("seeds", "seed", "epochs", "edits")}
        if changes["seed"] is not None and changes["seeds"] is not None:
            raise InputError("--seed: found with --seeds, allowed: one of the two")
        from optplay.experiments import load  # noqa: PLC0415 - --help is to be instant

        return function(preset=load(preset, **changes), **options)

    return command
