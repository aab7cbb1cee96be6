"""Presets, what they measure, and what came of it."""

from typing import TYPE_CHECKING

from optplay.later import later

if TYPE_CHECKING:
    from optplay.experiments.claims import Claim as Claim, Side as Side, Verdict as Verdict
    from optplay.experiments.experiment import (
        OUTCOMES as OUTCOMES,
        Results as Results,
        run_preset as run_preset,
    )
    from optplay.experiments.folders import preset_files as preset_files
    from optplay.experiments.metrics import METRICS as METRICS, Metric as Metric
    from optplay.experiments.preset import Preset as Preset
    from optplay.experiments.quantities import (
        LEAST_DRAWN as LEAST_DRAWN,
        QUANTITIES as QUANTITIES,
        Quantity as Quantity,
        band as band,
        on_log_axis as on_log_axis,
    )
    from optplay.experiments.reading import load as load
    from optplay.experiments.report import NEAR as NEAR, REACHED as REACHED
    from optplay.experiments.wording import (
        SIGNS as SIGNS,
        caution as caution,
        cautions as cautions,
        claimed as claimed,
        figures as figures,
        number as number,
        numbers as numbers,
        plain as plain,
        precise as precise,
        settings as settings,
        spread as spread,
    )
else:
    __getattr__ = later(
        __name__, claims="Claim Side Verdict", experiment="OUTCOMES Results run_preset",
        folders="preset_files",
        metrics="METRICS Metric", preset="Preset",
        quantities="LEAST_DRAWN QUANTITIES Quantity band on_log_axis",
        reading="load", report="NEAR REACHED",
        wording="SIGNS caution cautions claimed figures number numbers plain precise settings "
        "spread",
    )  # fmt: skip
