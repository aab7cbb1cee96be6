"""What a report is made of: a document, parts to read, and rows for files. No terminal here."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from optplay.experiments.claims import Side, Verdict
from optplay.experiments.preset import Preset
from optplay.experiments.wording import number, spread
from optplay.files import write_text

CsvRows = Iterable[Iterable[object]]
# How the cells of a table are joined: on one line, on two, or the median alone.
Between = Literal[" ", "\n", ""]
BETWEEN: tuple[Between, ...] = (" ", "\n", "")


@dataclass(frozen=True)
class Line:
    """A paragraph; `style` is a word of the terminal's: bold, dim."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Table:
    """Headings, rows with a cell for each, and a note to stand below.

    A heading that starts with > is set right and, as one that starts with <, never wrapped. The
    first column holds labels, which may wrap between words.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Choice:
    """Tables that say the same in less and less room: the first one that fits is shown."""

    tables: Iterable[Table]


Part = Line | Choice | Verdict


class Report(Protocol):
    """What a command has found out, in every form in which it may be asked for."""

    def document(self) -> dict[str, Any]:
        """What `--json` prints."""

    def parts(self) -> Iterable[Part]:
        """What is printed for people."""

    def closing(self) -> Iterable[Part]:
        return ()

    def csv(self) -> Mapping[str, CsvRows]:
        """By the name of each file that `--csv` writes, its rows, headings first."""
        return {}


def heading(preset: Preset) -> dict[str, Any]:
    return {"preset": preset.name, "title": preset.title}


def seeds_note(preset: Preset, between: Between) -> str:
    """Of what the figures in a table are."""
    what = "median (quartiles)" if between else "median"
    count = len(preset.seeds)
    return f"{what} of {count} seeds" if count > 1 else f"seed {preset.seeds[0]}"


def cell(side: Side, between: Between, **words: Any) -> str:
    """A median with its quartiles, or alone; the words are those of `spread`."""
    return spread(side, between=between, **words) if between else number(side.median, **words)


def strict_json(report: dict[str, Any]) -> str:
    """A document as strict JSON in one line; numbers that are not finite are null."""
    return msgspec.json.encode(report).decode()


def csv_text(rows: CsvRows) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def write_csv(tables: Mapping[str, CsvRows], folder: Path) -> list[Path]:
    """Writes files into `folder`, made if need be; each is complete or not there.

    Raises:
        OSError: the folder can't be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        write_text(folder / name, csv_text(rows))
    return [folder / name for name in tables]
