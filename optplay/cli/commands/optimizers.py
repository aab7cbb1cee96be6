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
    from optplay.cli.tables import print_optimizer, print_optimizers  # noqa: PLC0415

    if name is None:
        print_optimizers()
    else:
        print_optimizer(name)
