"""The terminal that commands print on, through rich, and the one look of their tables."""

import os
import shutil
from contextlib import suppress

from rich import box
from rich.console import Console
from rich.table import Table

PIPED_WIDTH = 100


def terminal_width() -> int:
    """Columns of the terminal, also when only stderr or stdin is one, as before a pipe to less."""
    if not os.environ.get("COLUMNS", "").isdigit():
        for descriptor in (1, 2, 0):
            with suppress(OSError):
                return os.get_terminal_size(descriptor).columns or PIPED_WIDTH
    return shutil.get_terminal_size((PIPED_WIDTH, 24)).columns


def console() -> Console:
    """A console on stdout, as wide as the terminal; 100 columns where there is none."""
    # NO_COLOR alone leaves rich's bold and dim, also in a pipe if FORCE_COLOR is set.
    return Console(
        width=terminal_width(), highlight=False, markup=False, emoji=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )  # fmt: skip


def grid(*columns: str) -> Table:
    """An empty table in the one look that all share.

    A column whose name starts with > is set right and, as one that starts with <, never wrapped.
    """
    table = Table(box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(
            column.lstrip("<>"), justify="right" if column.startswith(">") else "left",
            overflow="fold", no_wrap=column[0] in "<>",
        )  # fmt: skip
    return table
