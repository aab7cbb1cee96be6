"""`optplay optimizers`."""

import click

EXAMPLES = """\b
Examples:
  optplay optimizers
  optplay optimizers adam
"""


@click.command("optimizers", epilog=EXAMPLES)
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the optimizers, or the hyperparameters of one."""
    from rich.text import Text  # noqa: PLC0415 - --help is to be instant

    from optplay.cli.console import console, grid  # noqa: PLC0415
    from optplay.experiments import plain  # noqa: PLC0415
    from optplay.experiments.keys import key_of  # noqa: PLC0415
    from optplay.optim import OPTIMIZERS  # noqa: PLC0415
    from optplay.training import RunConfig  # noqa: PLC0415

    out = console()
    if name is None:
        table = grid("Optimizer", "Defaults", "What it is for", "Paper")
        for optimizer in OPTIMIZERS.values():
            defaults = [f"{h.name} {plain(h.default)}" for h in optimizer.hyperparameters]
            if optimizer.weight_decay:
                defaults.append(f"weight_decay {optimizer.weight_decay:g}")
            table.add_row(optimizer.name, ", ".join(defaults), optimizer.summary, optimizer.paper)
        out.print(table)
        return
    optimizer = OPTIMIZERS.find(name)
    out.print(Text(optimizer.title, style="bold"))
    out.print(f"{optimizer.summary}\n{optimizer.paper}")
    for line in optimizer.formula:
        out.print(f"    {line}")
    table = grid("Hyperparameter", ">Default", "Allowed", "What it does")
    for h in optimizer.hyperparameters:
        table.add_row(h.name, plain(h.default), Text(h.allowed), h.text)
    if optimizer.weight_decay:
        key = key_of(RunConfig(optimizer=name), "weight_decay")
        table.add_row(
            key.name, plain(optimizer.weight_decay), Text(key.allowed), f"decoupled: {key.text}"
        )
    out.print(table)
    slots = ", ".join(optimizer.slots) or "none"
    out.print(Text(f"State kept per parameter: {slots}", style="dim"))
