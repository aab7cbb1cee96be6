"""Range tests as data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optplay.counting import counted
from optplay.experiments import Preset, number, tables
from optplay.experiments.claims import side
from optplay.instruments.range_test.measure import MARGIN, RangeTest, ramped

HEADINGS = {
    "steepest": ">Loss falls\nfastest at",
    "rising": ">Loss begins\nto rise at",
    "suggestion": ">Suggested lr",
}


@dataclass(frozen=True)
class RangeTestReport(tables.Report):
    """The range tests of each run, by its label, over the preset's seeds, up to the rate `to`.

    See docs/json.md for the document.
    """

    preset: Preset
    tests: Mapping[str, Sequence[RangeTest]]
    to: float

    def document(self) -> dict[str, Any]:
        runs = [
            {
                "label": label,
                "seed": seed,
                "rates": test.rates.tolist(),
                "losses": test.losses.tolist(),
                "steepest": test.steepest,
                "rising": test.rising,
                "suggestion": test.suggestion,
                "diverged": test.diverged,
            }
            for label, found in self.tests.items()
            for seed, test in zip(self.preset.seeds, found, strict=True)
        ]
        return tables.heading(self.preset) | {"to": self.to, "runs": runs}

    def parts(self) -> Iterable[tables.Part]:
        yield tables.Line(self.preset.title, "bold")
        epochs, to = self.preset.runs[0].config.epochs, self.to
        yield tables.Line(
            f"The rate rises from {number(to * 1e-6)} to {number(to)} "
            f"within {counted(epochs, 'epoch')}"
        )
        yield tables.Choice(self._table(between) for between in tables.BETWEEN)

    def _table(self, between: tables.Between) -> tables.Table:
        rows = []
        for label, found in self.tests.items():
            cells = [label]
            for name in HEADINGS:
                values = [v for test in found if (v := getattr(test, name)) is not None]
                cells.append(tables.cell(side(values), between))
            diverged = sum(test.diverged is not None for test in found)
            rows.append([*cells, f"{diverged} of {len(found)}"])
        trained = [ramped(run.config) for run in self.preset.runs]
        note = (
            f"{tables.seeds_note(self.preset, between, trained)}\n"
            f"Suggested: 1/{MARGIN} of where the loss begins to rise, a rule of thumb; "
            f"optplay sweep {self.preset.name} measures it."
        )
        return tables.Table(["Run", *HEADINGS.values(), ">Diverged"], rows, note)
