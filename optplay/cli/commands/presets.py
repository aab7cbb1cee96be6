"""`optplay presets`."""

import click

EXAMPLES = """\b
Examples:
  optplay presets
  optplay show compare       what one of them is about
  optplay compare            opens the app on it
"""
# Columns from which on titles fit beside the questions.
WITH_TITLES = 120


@click.command("presets", epilog=EXAMPLES)
def command() -> None:
    """List the presets with their questions."""
    from optplay.cli.console import console, grid  # noqa: PLC0415 - --help is to be instant
    from optplay.experiments import load, preset_files  # noqa: PLC0415

    out = console()
    titled = out.width >= WITH_TITLES
    table = grid("<Preset", *["Title"] * titled, "Question")
    for name in preset_files():
        preset = load(name)
        table.add_row(name, *[preset.title] * titled, preset.question)
    out.print(table)
