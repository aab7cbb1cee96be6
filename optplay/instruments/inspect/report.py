"""One update of one run as data, and as a table that reads like the pipeline."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optplay.counting import counted
from optplay.experiments import Preset, plain, precise, settings
from optplay.experiments.forks import lineage
from optplay.experiments.tables import Choice, Line, Part, Report, Table, heading, noted
from optplay.instruments.inspect.measure import Dissection
from optplay.instruments.inspect.rows import Row, rows


@dataclass(frozen=True)
class InspectReport(Report):
    """An update of a run, and the index of one parameter; see docs/json.md for the document."""

    preset: Preset
    label: str
    found: Dissection
    parameter: int

    def document(self) -> dict[str, Any]:
        label, found, parameter = self.label, self.found, self.parameter
        config, update = found.config, found.update
        first, sizes = update.first_gradient, {slot.name: slot.size for slot in config.slots}
        names = config.problem.parameter_names
        return heading(self.preset, lineage(self.preset, label)) | {
            "label": label,
            "seed": config.seed,
            "optimizer": config.optimizer,
            "formula": list(config.rule.formula),
            "wrappers": {w.name: list(w.formula) for w in config.wrapped_by},
            "step": found.step,
            "epoch": found.epoch,
            "t": update.t,
            "lr": update.lr,
            "samples": [] if config.on_surface else update.samples.tolist(),
            "loss": update.loss,
            "gradient_norm": update.norm,
            "clip_factor": found.clip_factor,
            "parameter": {"index": parameter, "name": names[parameter]},
            "rows": [asdict(row) for row in rows(found, parameter)],
            "parameters": list(names),
            "first_gradient": None if first is None else first.tolist(),
            "gradient": update.gradient.tolist(),
            "clipped_gradient": update.clipped_gradient.tolist(),
            "l2_term": found.l2_term.tolist(),
            "rule_gradient": update.rule_gradient.tolist(),
            "states": {
                slot: {
                    "size": sizes[slot],
                    "before": before.tolist(),
                    "after": after.tolist(),
                }
                for slot, (before, after) in found.states.items()
            },
            "terms": {name: np.asarray(value).tolist() for name, value in found.terms.items()},
            "delta": update.delta.tolist(),
            "decay": found.decay.tolist(),
            "weights": {"before": update.before.tolist(), "after": update.after.tolist()},
        }

    def parts(self) -> Iterable[Part]:
        found, config, update = self.found, self.found.config, self.found.update
        yield Line(self.preset.title, "bold")
        yield Line(f"{self.label}: {config.rule.title}, {settings(config)}, seed {config.seed}")
        yield Line(
            f"step {found.step:,} of {config.steps:,}, "
            f"in epoch {found.epoch:,} of {config.epochs:,}"
        )
        yield Line(f"t = {update.t}, lr = {precise(update.lr)}, {_loss(found)}")
        others = [
            f"{name} = {plain(v)}" for name, v in config.hyperparameters.items() if name != "lr"
        ]
        if others:
            yield Line(", ".join(others))
        largest = ", which moves most" * (self.parameter == found.largest)
        name = config.problem.parameter_names[self.parameter]
        yield Line(f"parameter {self.parameter}: {name}{largest}")
        note = noted("", self.preset, lineage(self.preset, self.label))
        yield Choice(_tables(rows(found, self.parameter), note))


def _loss(found: Dissection) -> str:
    samples, loss = found.update.samples, precise(found.update.loss)
    if found.config.on_surface:
        return f"f = {loss}"
    return f"loss {loss} of " + (
        f"sample {samples[0]}" if samples.size == 1 else counted(samples.size, "sample")
    )


def _tables(found: list[Row], note: str) -> list[Table]:
    """The rows with their parts; then, for less room, without; then without what was before."""
    wide, narrow, part = [], [], ""
    for row in found:
        numbers = ["" if value is None else precise(value) for value in (row.before, row.value)]
        if row.value is None and row.formula != "off":
            numbers[-1] = row.form or precise(None)
        formula = row.formula or row.name
        wide.append([row.part if row.part != part else "", formula, *numbers])
        narrow.append([f"{row.part}: off" if row.formula == "off" else formula, *numbers])
        part = row.part
    return [
        Table(["Part", "Formula", ">Before", ">Value"], wide, note),
        Table(["Formula", ">Before", ">Value"], narrow, note),
        Table(["Formula", ">Value"], [[formula, value] for formula, _, value in narrow], note),
    ]
