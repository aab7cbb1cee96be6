"""`optplay presets`."""

import click

EXAMPLES = """\b
Examples:
  optplay presets
  optplay show compare       what one of them is about
  optplay compare            opens the app on it
"""


@click.command("presets", epilog=EXAMPLES)
def command() -> None:
    """List the presets with their questions."""
    from optplay.cli.tables import print_presets  # noqa: PLC0415

    print_presets()
