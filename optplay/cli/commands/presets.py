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
    """List the presets in groups, with their questions."""
    from rich.text import Text  # noqa: PLC0415 - --help is to be instant

    from optplay.cli.console import console, grid  # noqa: PLC0415
    from optplay.experiments.folders import own_folder  # noqa: PLC0415
    from optplay.experiments.shelf import listed  # noqa: PLC0415

    out = console()
    titled = out.width >= WITH_TITLES
    table, group = grid("<Preset", *["Title"] * titled, "Question"), ""
    for one in listed():
        if one.group != group:
            group = one.group
            table.add_section()
            table.add_row(Text(group.capitalize(), "bold"))
        wrong = Text(f"broken: {one.wrong}", "red")
        table.add_row(one.name, *[one.title] * titled, wrong if one.wrong else one.question)
    out.print(table)
    out.print(Text(f"Your own: files in {own_folder()}", style="dim"))
