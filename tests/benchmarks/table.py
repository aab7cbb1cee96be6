"""Measuring contestants side by side, and the table of what came of it."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

ROUNDS = 15
WIDTH = 150


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    began = perf_counter()
    call()
    return perf_counter() - began


def race(*calls: Callable[[], object], rounds: int = ROUNDS) -> list[list[float]]:
    """The seconds of each call in each round; they take turns, so that noise hits all alike."""
    for call in calls:
        call()
    times = [[seconds(call) for call in calls] for _ in range(rounds)]
    return [list(column) for column in zip(*times, strict=True)]


class Report:
    """The lines of the table."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, ...]] = []

    def ratio(
        self,
        what: str,
        one: list[float],
        other: list[float],
        *,
        most: float | None = None,
        least: float | None = None,
        met: bool | None = None,
        note: str = "",
    ) -> None:
        """A line for one/other: of the fastest rounds, and the median of all rounds."""
        middle = median(a / b for a, b in zip(one, other, strict=True))
        best = min(one) / min(other)
        self.line(what, best, middle, "×", most=most, least=least, met=met, note=note)

    def line(
        self,
        what: str,
        best: float,
        middle: float,
        unit: str,
        *,
        most: float | None = None,
        least: float | None = None,
        met: bool | None = None,
        note: str = "",
    ) -> None:
        """A line whose `best` is held against the target, unless `met` says how it came out."""
        target = ""
        if most is not None:
            target = f"≤ {most:g} {unit}"
            met = best <= most if met is None else met
        elif least is not None:
            target = f"≥ {least:g} {unit}"
            met = best >= least if met is None else met
        self.text(what, f"{best:.3g} {unit}", f"{middle:.3g} {unit}", target, met, note)

    def text(
        self,
        what: str,
        best: str,
        middle: str = "",
        target: str = "",
        met: bool | None = None,
        note: str = "",
    ) -> None:
        """Any other line."""
        verdict = "" if met is None else "[green]met[/]" if met else "[bold red]not met[/]"
        self._lines.append((what, best, middle, target, verdict, note))

    def print(self) -> None:
        """Prints the table, if there is anything in it."""
        if self._lines:
            table = Table("What", "Best", "Median", "Target", "", "Note", title="Speed")
            for line in self._lines:
                table.add_row(*line)
            Console(width=max(Console().width, WIDTH)).print(table)
