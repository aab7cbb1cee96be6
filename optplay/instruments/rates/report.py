"""Effective rates of a preset's runs as data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from optplay.experiments import Results
from optplay.experiments.report import rates_parts
from optplay.experiments.steps import KINDS, QUANTILES, Quantiles, no_rates, overlaid
from optplay.experiments.tables import Line, Part, Report, heading, noted
from optplay.instruments.rates.measure import spread_over_time

# Steps of each run that a table has room for.
IN_TABLE = 4


@dataclass(frozen=True)
class RatesReport(Report):
    """Rates at chosen steps and over time, all seeds pooled; see docs/json.md for the document."""

    results: Results
    steps: Sequence[int]

    @cached_property
    def by_step(self) -> list[dict[str, dict[str, Any]]]:
        """For each step the distribution of each run, by its label."""
        return [overlaid(self.results.runs, step) for step in self.steps]

    def document(self) -> dict[str, Any]:
        labels = list(self.results.runs)
        return heading(self.results.preset) | {
            "seeds": list(self.results.preset.seeds),
            "distributions": [
                {"label": label, **found[label]} for label in labels for found in self.by_step
            ],
            "over_time": [
                {
                    "label": label,
                    "no_rates": no_rates(self.results.runs[label]),
                    "epoch": [at.epoch for at in way],
                    "step": [at.step for at in way],
                    "moved": [at.moved for at in way],
                    "idle": [at.idle for at in way],
                    **{
                        kind: {
                            f"{q:g}": [float(getattr(at, kind)[i]) for at in way]
                            for i, q in enumerate(QUANTILES)
                        }
                        for kind in KINDS
                    },
                }
                for label, way in spread_over_time(self.results).items()
            ],
        }

    def parts(self) -> Iterable[Part]:
        yield Line(self.results.preset.title, "bold")
        yield from rates_parts(
            "All parameters of all seeds that moved",
            [(label, found[label]) for label in self.results.runs for found in self.by_step],
        )
        yield from rates_parts(
            "Over time, each at the last step of an epoch",
            [
                (label, _distribution(at, no_rates(self.results.runs[label])))
                for label, way in spread_over_time(self.results, IN_TABLE).items()
                for at in way
            ],
            noted("", self.results.preset),
        )


def _distribution(at: Quantiles, without: str | None) -> dict[str, Any]:
    """Quantiles in the form of a `distribution`, without its histograms."""
    found: dict[str, Any] = {"step": at.step, "moved": at.moved, "idle": at.idle}
    found["no_rates"] = without
    for kind in KINDS:
        values = getattr(at, kind).tolist()
        any_moved = values[0] == values[0]  # not NaN
        named = {f"{q:g}": value for q, value in zip(QUANTILES, values, strict=True)}
        found[kind] = {
            "quantiles": named if any_moved else {},
            "ratio": values[-1] / values[0] if any_moved else None,
        }
    return found
