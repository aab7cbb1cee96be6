"""Presets, what they measure, and what came of it."""

from optplay.experiments.claims import Claim, Side, Verdict
from optplay.experiments.experiment import OUTCOMES, Results, run_preset
from optplay.experiments.metrics import METRICS
from optplay.experiments.preset import Preset, load, preset_files
from optplay.experiments.report import REACHED, to_json, write_csv
from optplay.experiments.steps import distribution

__all__ = [
    "METRICS",
    "OUTCOMES",
    "REACHED",
    "Claim",
    "Preset",
    "Results",
    "Side",
    "Verdict",
    "distribution",
    "load",
    "preset_files",
    "run_preset",
    "to_json",
    "write_csv",
]
