"""`optplay presets`."""

import click


@click.command("presets")
def command() -> None:
    """List the presets with their questions."""
    from optplay.cli.tables import print_presets  # noqa: PLC0415

    print_presets()
