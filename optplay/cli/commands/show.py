"""`optplay show`."""

import click

EXAMPLES = """\b
Examples:
  optplay show exercise-4-clipping
  optplay show compare --toml > my.toml
"""


@click.command("show", epilog=EXAMPLES)
@click.argument("preset", metavar="PRESET|FILE")
@click.option("--toml", is_flag=True, help="Print the file itself, to start a preset of your own.")
def command(preset: str, toml: bool) -> None:
    """Show a preset: its lesson, its runs and its claims."""
    from optplay.cli.tables import print_preset  # noqa: PLC0415

    print_preset(preset, toml=toml)
