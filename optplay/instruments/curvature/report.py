"""The curvature of a preset's runs as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from optplay.experiments import Results, tables
from optplay.experiments.report import weights_told
from optplay.experiments.sharpness import Curvature, sharpness
from optplay.experiments.steps import no_rates
from optplay.instruments.curvature.measure import curvature_summary, figures_of

COLUMNS = ("sharpness", "preconditioned", "threshold", "ratio")
HEADINGS = {
    "start": ">Sharpness\nat start",
    "end": ">At end",
    "max": ">Largest",
    "preconditioned": ">Precond.\nat end",
    "threshold": ">Threshold\nat end",
    "stability_ratio": ">Ratio, last\nthird",
}


@dataclass(frozen=True)
class CurvatureReport(tables.Report):
    """How sharp the losses of a preset's runs are; see docs/json.md for the document."""

    results: Results

    def document(self) -> dict[str, Any]:
        runs = [
            {
                "label": label,
                "seed": history.config.seed,
                "config": msgspec.to_builtins(history.config),
                "outcome": history.outcome,
                "weights": weights_told(history.config),
                "no_rates": no_rates([history]),
                "figures": figures_of(history),
                "curvature": _columns(sharpness(history)),
            }
            for label, histories in self.results.runs.items()
            for history in histories
        ]
        return tables.heading(self.results.preset) | {"runs": runs}

    def parts(self) -> Iterable[tables.Part]:
        yield tables.Line(self.results.preset.title, "bold")
        yield tables.Line("Sharpness: the top eigenvalue of the Hessian of the mean loss")
        yield tables.Choice(self._table(between) for between in tables.BETWEEN)

    def _table(self, between: tables.Between) -> tables.Table:
        rows = []
        for label in self.results.runs:
            sides = curvature_summary(self.results, label)
            cells = (tables.cell(sides[name], between, infinite="∞") for name in HEADINGS)
            rows.append([label, *cells])
        lines = [tables.seeds_note(self.results.preset, between)]
        lines += [
            f"{label} has no rate for each parameter to be preconditioned by: {why}"
            for label, histories in self.results.runs.items()
            if (why := no_rates(histories))
        ]
        note = "\n".join(lines)
        return tables.Table(["Run", *HEADINGS.values()], rows, note)

    def csv(self) -> Mapping[str, tables.CsvRows]:
        rows = (
            (label, history.config.seed, *row)
            for label, histories in self.results.runs.items()
            for history in histories
            for row in zip(*_columns(sharpness(history)).values(), strict=True)
        )
        return {"curvature.csv": [("label", "seed", "epoch", *COLUMNS), *rows]}


def _columns(found: Curvature) -> dict[str, list[float]]:
    return {name: getattr(found, name).tolist() for name in ("epochs", *COLUMNS)}
