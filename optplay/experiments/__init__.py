"""Presets, what they measure, and what came of it."""

from optplay.experiments.claims import Claim, Side, Verdict
from optplay.experiments.curves import LOOKS, Look, band, drawn, median_curve, on_log_axis
from optplay.experiments.experiment import OUTCOMES, Results, run_preset
from optplay.experiments.metrics import METRICS, Metric
from optplay.experiments.preset import Preset
from optplay.experiments.reading import load, preset_files
from optplay.experiments.report import NEAR, REACHED, to_json, write_csv
from optplay.experiments.words import (
    SIGNS,
    caution,
    claimed,
    figures,
    number,
    plain,
    precise,
    settings,
    spread,
)

__all__ = [
    "LOOKS",
    "METRICS",
    "NEAR",
    "OUTCOMES",
    "REACHED",
    "SIGNS",
    "Claim",
    "Look",
    "Metric",
    "Preset",
    "Results",
    "Side",
    "Verdict",
    "band",
    "caution",
    "claimed",
    "drawn",
    "figures",
    "load",
    "median_curve",
    "number",
    "on_log_axis",
    "plain",
    "precise",
    "preset_files",
    "run_preset",
    "settings",
    "spread",
    "to_json",
    "write_csv",
]
