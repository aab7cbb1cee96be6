"""Running a preset: all its runs over all its seeds, then its claims."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from optplay.experiments.claims import Side, Verdict, judge, side
from optplay.experiments.metrics import METRICS
from optplay.experiments.preset import Preset
from optplay.training import History, train_many

OUTCOMES = ("trained", "collapsed", "diverged")


@dataclass(frozen=True)
class Results:
    """What a preset came to: for each run, by its label, a History per seed."""

    preset: Preset
    runs: dict[str, list[History]]
    verdicts: list[Verdict]

    def summary(self, label: str, metric: str, at: float = 0.0) -> Side:
        """Median and spread of a metric of a run over the seeds."""
        return side([METRICS[metric].measure(h, at) for h in self.runs[label]])

    def outcomes(self, label: str) -> dict[str, int]:
        """How many seeds of a run came to each outcome."""
        found = [h.outcome for h in self.runs[label]]
        return {outcome: found.count(outcome) for outcome in OUTCOMES}


def run_preset(
    preset: Preset,
    *,
    progress: Callable[[int], None] = lambda steps: None,
    cancelled: Event | None = None,
) -> Results:
    """Trains all runs of a preset on all cores and judges its claims.

    Raises:
        InputError: more than this machine can hold or finish.
    """
    histories = train_many(preset.configs(), progress=progress, cancelled=cancelled)
    count = len(preset.seeds)
    runs = {run.label: histories[i * count : (i + 1) * count] for i, run in enumerate(preset.runs)}
    return Results(preset, runs, [judge(claim, runs) for claim in preset.claims])
