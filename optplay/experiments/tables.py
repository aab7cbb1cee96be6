"""What a report is made of: a document, parts to read, and rows for files. No terminal here."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from optplay.arrays import np
from optplay.experiments.claims import Side, Verdict
from optplay.experiments.preset import Preset
from optplay.experiments.wording import cautions, number, spread, unwarmed
from optplay.files import writing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optplay.training import RunConfig

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CsvRows = Iterable[Iterable[object]]
# How the cells of a table are joined: on one line, on two, or the median alone.
Between = Literal[" ", "\n", ""]
ROWS_AT_ONCE = 500
# What is never large: a table of these alone is one piece.
SHORT = (str, int, float, NoneType)
BETWEEN: tuple[Between, ...] = (" ", "\n", "")


class Line(msgspec.Struct, frozen=True):
    """A paragraph; `style` is a word of the terminal's: bold, dim."""

    text: str
    style: str = ""


class Table(msgspec.Struct, frozen=True):
    """Headings, rows with a cell for each, and a note to stand below.

    A heading that starts with > is set right and, as one that starts with <, never wrapped. The
    first column holds labels, which may wrap between words.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


class Choice(msgspec.Struct, frozen=True):
    """Tables that say the same in less and less room: the first one that fits is shown."""

    tables: Iterable[Table]


Part = Line | Choice | Verdict


class Report(Protocol):
    """What a command has found out, in every form in which it may be asked for."""

    def document(self) -> dict[str, Any]:
        """What `--json` prints; what is long in it as arrays, which take less memory than lists."""

    def parts(self) -> Iterable[Part]:
        """What is printed for people."""

    def closing(self) -> Iterable[Part]:
        return ()

    def csv(self) -> Mapping[str, CsvRows]:
        """By the name of each file that `--csv` writes, its rows, headings first."""
        return {}


INEXACT = "computed by BLAS or another package: the last digits depend on the machine"


def heading(preset: Preset, trained: "Iterable[RunConfig] | None" = None) -> dict[str, Any]:
    """What each document begins with.

    Args:
        trained: see `exact`.
    """
    return {"preset": preset.name, "title": preset.title, "exact": exact(preset, trained)}


def exact(preset: Preset, trained: "Iterable[RunConfig] | None" = None) -> bool:
    """Whether all numbers are the same bits on every machine.

    Args:
        trained: the runs that they are of; the preset's if left out.
    """
    configs = (run.config for run in preset.runs) if trained is None else trained
    return all(config.exact for config in configs)


def noted(note: str, preset: Preset, trained: "Iterable[RunConfig] | None" = None) -> str:
    """A table's note, which says so where the numbers are not `exact`, or a warmup is none."""
    if trained is None:
        more = cautions(preset)
    else:
        trained = list(trained)
        more = [*dict.fromkeys(unwarmed(config, config.steps) for config in trained)]
    return "; ".join(filter(None, [note, "" if exact(preset, trained) else INEXACT, *more]))


def seeds_note(
    preset: Preset, between: Between, trained: "Iterable[RunConfig] | None" = None
) -> str:  # fmt: skip
    """Of what the figures in a table are."""
    what = "median (quartiles)" if between else "median"
    count = len(preset.seeds)
    of = f"{what} of {count} seeds" if count > 1 else f"seed {preset.seeds[0]}"
    return noted(of, preset, trained)


def cell(side: Side, between: Between, **words: Any) -> str:
    """A median with its quartiles, or alone; the words are those of `spread`."""
    return spread(side, between=between, **words) if between else number(side.median, **words)


def strict_json(report: Mapping[str, Any]) -> str:
    """A document as strict JSON in one line; numbers that are not finite are null."""
    return "".join(json_pieces(report))


def json_pieces(found: object) -> Iterator[str]:
    """As `strict_json`, in pieces: a document may be larger than memory."""
    if isinstance(found, Mapping) and not all(isinstance(v, SHORT) for v in found.values()):
        for place, (key, value) in enumerate(found.items()):
            yield ("," if place else "{") + msgspec.json.encode(key).decode() + ":"
            yield from json_pieces(value)
        yield "}"
    elif isinstance(found, list) and found and isinstance(found[0], Mapping):
        for place, value in enumerate(found):
            yield "," if place else "["
            yield from json_pieces(value)
        yield "]"
    elif isinstance(found, np.ndarray):
        for first in range(0, len(found), ROWS_AT_ONCE):
            rows = msgspec.json.encode(found[first : first + ROWS_AT_ONCE].tolist()).decode()
            yield ("," if first else "[") + rows[1:-1]
        yield "]" if len(found) else "[]"
    else:
        yield msgspec.json.encode(found).decode()


def in_parts(rows: "NDArray[Any]") -> Iterator[list[Any]]:
    """The rows of an array as lists, of which there are never many at a time."""
    for first in range(0, len(rows), ROWS_AT_ONCE):
        yield from rows[first : first + ROWS_AT_ONCE].tolist()


def _csv_cells(row: Iterable[object]) -> Iterator[object]:
    """A row with an apostrophe before what a spreadsheet would take for a formula."""
    for value in row:
        yield f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def write_csv(tables: Mapping[str, CsvRows], folder: Path) -> list[Path]:
    """Writes files into `folder`, made if need be; each is complete or not there.

    Raises:
        OSError: the folder can't be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with writing(folder / name) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            csv.writer(text, lineterminator="\n").writerows(map(_csv_cells, rows))
            text.detach()
    return [folder / name for name in tables]
