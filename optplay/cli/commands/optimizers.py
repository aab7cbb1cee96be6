"""`optplay optimizers`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from optplay.optim import Hyperparameter, Optimizer, Schedule, Wrapper
    from optplay.optim.declaration import Slot

EXAMPLES = """\b
Examples:
  optplay optimizers
  optplay optimizers adam
  optplay optimizers torch.optim:Adam
  optplay optimizers sam
  optplay optimizers cosine
"""
SCOPES = {
    "parameter": "Moves each parameter by itself",
    "tensor": "Moves each tensor as a matrix: a layer's weights, or its biases as a column",
    "whole": "Moves all parameters at once",
}
SIZES = {
    "row": "a number per row", "column": "a number per column", "rows": "rows × rows",
    "columns": "columns × columns", "one": "one number",
}  # fmt: skip


@click.command("optimizers", epilog=EXAMPLES)
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the optimizers, or tell of one of them.

    Or of a wrapper, or of a decay of the learning rate.
    """
    from optplay.cli.console import console  # noqa: PLC0415 - --help is to be instant
    from optplay.errors import InputError, unknown  # noqa: PLC0415
    from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS  # noqa: PLC0415

    out = console()
    if name is None:
        _list(out)
    elif name in OPTIMIZERS or ":" in name:
        _optimizer(out, OPTIMIZERS.find(name))
    elif name in WRAPPERS:
        _wrapper(out, WRAPPERS.find(name))
    elif name in SCHEDULES:
        _schedule(out, SCHEDULES.find(name))
    else:
        raise InputError(unknown("optimizer", name, [*OPTIMIZERS, *WRAPPERS, *SCHEDULES]))


def _list(out: "Console") -> None:
    from optplay.cli.console import grid  # noqa: PLC0415
    from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS  # noqa: PLC0415

    table = grid("Optimizer", "Defaults", "What it is for", "Paper")
    for optimizer in OPTIMIZERS.values():
        defaults = [f"{h.name} {_default(h)}" for h in optimizer.hyperparameters]
        if optimizer.weight_decay:
            defaults.append(f"weight_decay {optimizer.weight_decay:g}")
        table.add_row(optimizer.name, ", ".join(defaults), optimizer.summary, optimizer.paper)
    out.print(table)
    if WRAPPERS:
        table = grid("Wrapper", "Defaults", "What it does to any of them", "Paper")
        for wrapper in WRAPPERS.values():
            defaults = [f"{h.name} {_default(h)}" for h in wrapper.hyperparameters]
            table.add_row(wrapper.name, ", ".join(defaults), wrapper.text, wrapper.paper)
        out.print(table)
    table = grid("Decay", "Defaults", "What the learning rate does after warmup")
    for schedule in SCHEDULES.values():
        defaults = [f"{h.name} {_default(h)}" for h in schedule.knobs]
        table.add_row(schedule.name, ", ".join(defaults), schedule.text)
    out.print(table)


def _optimizer(out: "Console", optimizer: "Optimizer") -> None:
    from rich.text import Text  # noqa: PLC0415

    from optplay.experiments.keys import DECAYS, key_of  # noqa: PLC0415
    from optplay.training import RunConfig  # noqa: PLC0415

    _head(out, optimizer.title, f"{optimizer.summary}\n{optimizer.paper}", optimizer.formula)
    more = []
    if optimizer.weight_decay or optimizer.decays:
        key = key_of(RunConfig(), "weight_decay")
        text = DECAYS if optimizer.decays else f"decoupled: {key.text}"
        more.append((key.name, f"{optimizer.weight_decay:g}", key.allowed, text))
    _knobs(out, optimizer.hyperparameters, more)
    kept = "what the class keeps" if optimizer.fit else _state(optimizer.state)
    notes = [f"{SCOPES[optimizer.scope]}. State kept: {kept}"]
    for name, variant in optimizer.variants.items():
        notes.append(f"As {name}: state kept: {_state(variant.state)}")
    notes += [text for text, so in _asks(optimizer).items() if so]
    if optimizer.no_rates:
        notes.append(f"No rate for each parameter: {optimizer.no_rates}")
    out.print(Text("\n".join(notes), style="dim"))


def _asks(optimizer: "Optimizer") -> dict[str, bool]:
    """What it needs besides gradients of mini-batches."""
    return {
        "For networks only: on a surface there are no matrices": optimizer.matrices,
        "On all samples at once, or on a surface": optimizer.full_batch,
        "Takes a second gradient of each mini-batch": optimizer.probe is not None,
        "Takes the Hessian of a mini-batch's loss": optimizer.curvature is not None,
        "Evaluated at other weights than it trains": optimizer.evaluated is not None,
        "Not compiled, so slower": not optimizer.compiled,
    }


def _wrapper(out: "Console", wrapper: "Wrapper") -> None:
    from rich.text import Text  # noqa: PLC0415

    about = f"Wraps any optimizer: {wrapper.text}\n{wrapper.paper}"
    _head(out, wrapper.title, about, wrapper.formula)
    _knobs(out, wrapper.hyperparameters)
    notes = [f"State kept: {_state(wrapper.slots)}"]
    if wrapper.probe:
        notes.append("Takes a second gradient of each mini-batch")
    if wrapper.evaluated:
        notes.append("Evaluated at other weights than are trained")
    out.print(Text("\n".join(notes), style="dim"))


def _schedule(out: "Console", schedule: "Schedule") -> None:
    _head(out, schedule.title, f"A decay of the learning rate: {schedule.text}", ())
    _knobs(out, schedule.knobs)


def _head(out: "Console", title: str, about: str, formula: Iterable[str]) -> None:
    from rich.text import Text  # noqa: PLC0415

    out.print(Text(title, style="bold"))
    out.print(about)
    for line in formula:
        out.print(f"    {line}")


def _knobs(
    out: "Console", knobs: "Iterable[Hyperparameter]",
    more: Iterable[tuple[str, str, str, str]] = (),
) -> None:  # fmt: skip
    """A table of them, and of what else has a default, an allowed range and a text."""
    from rich.text import Text  # noqa: PLC0415

    from optplay.cli.console import grid  # noqa: PLC0415

    table = grid("Hyperparameter", ">Default", "Allowed", "What it does")
    declared = [(h.name, _default(h), h.allowed, h.text) for h in knobs]
    for name, default, allowed, text in [*declared, *more]:
        table.add_row(name, default, Text(allowed), text)
    if table.row_count:
        out.print(table)


def _default(knob: "Hyperparameter") -> str:
    """As a preset spells it."""
    from optplay.experiments import plain  # noqa: PLC0415

    if isinstance(knob.default, tuple):
        return f"[{', '.join(map(plain, knob.default))}]"
    return knob.default if isinstance(knob.default, str) else plain(knob.default)


def _state(slots: "Iterable[Slot]") -> str:
    """What is kept, with its size where that is not a number per parameter."""
    told = []
    for slot in slots:
        size = SIZES.get(slot.size, "")
        many = f"{slot.copies} × " if slot.copies > 1 else ""
        size = f"{many}{size or 'a number per parameter' * bool(many)}"
        told.append(f"{slot.name} ({size})" if size else slot.name)
    return ", ".join(told) or "none"
