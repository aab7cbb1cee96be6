"""Reports, as they are printed on the terminal."""

from collections.abc import Iterable
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.text import Text

from optplay.cli.console import PIPED_WIDTH, grid
from optplay.experiments import SIGNS, Verdict, claimed, figures
from optplay.experiments.tables import Choice, Line, Part, Table

if TYPE_CHECKING:
    from optplay.plots import Picture

VERDICT_COLUMN = 12
UNLIMITED = 100_000


def print_parts(out: Console, parts: Iterable[Part]) -> None:
    for part in parts:
        if isinstance(part, Line):
            out.print(Text(part.text, style=part.style))
        elif isinstance(part, Verdict):
            out.print(verdict_text(part, out.width))
        else:
            _print_fitting(out, part)


def _print_fitting(out: Console, choice: Choice) -> None:
    """Prints the first table that fits; if none does, the last one as a list."""
    wide = out.options.update(max_width=UNLIMITED)
    for table in choice.tables:
        drawn = grid(*table.headings)
        for row in table.rows:
            drawn.add_row(*row)
        labels = [row[0] for row in table.rows]
        words = [word for label in labels for word in label.split()]
        spare = max(map(cell_len, labels)) - max(map(cell_len, words), default=0)
        if Measurement.get(out, wide, drawn).maximum - spare <= out.width:
            out.print(drawn)
            break
    else:
        _print_list(out, table)
    if table.note:
        out.print(Text(table.note, style="dim"))


def _print_list(out: Console, table: Table) -> None:
    for row in table.rows:
        out.print(Text(f"\n{row[0]}", "bold"))
        for heading, cell in zip(table.headings[1:], row[1:], strict=True):
            name, value = (" ".join(text.lstrip("<>").split()) for text in (heading, cell))
            out.print(f"  {name}: {value}")


def print_drawings(out: Console, drawings: "Iterable[Line | Picture]") -> None:
    for drawing in drawings:
        if isinstance(drawing, Line):
            out.print(Text(drawing.text, style=drawing.style))
        else:
            # Not through rich: it already has its colours and its width.
            out.file.write(drawing.text() + "\n")


def verdict_text(verdict: Verdict, width: int = PIPED_WIDTH) -> Text:
    """A claim and its verdict, and below it the measured figures, all indented alike."""
    sign, color = SIGNS[verdict.verdict]
    indent = " " * VERDICT_COLUMN
    inner = max(width - VERDICT_COLUMN, 20)
    text = Text(f"{sign} {verdict.verdict}".ljust(VERDICT_COLUMN), style=f"bold {color}")
    text.append(("\n" + indent).join(wrap(claimed(verdict.claim), inner)), "not bold default")
    measured = "".join(f"\n{indent}{line}" for line in wrap(figures(verdict), inner))
    text.append(measured, "not bold dim default")
    return text
