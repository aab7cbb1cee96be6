"""Verdicts on the screen: one stays until its successor is there. Nothing here knows Textual."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from optplay.experiments import Claim, Preset, Results, Verdict
from optplay.experiments.experiment import Job
from optplay.training import History
from optplay.tui.library import Plan, plans

# Of states that undo may come back to; a verdict is some numbers only.
MOST_KEPT = 1000
# What a verdict depends on: the claim's metric, what it compares, and the seeds.
Evidence = tuple[object, ...]


@dataclass(frozen=True)
class Standing:
    """A claim, and its verdict as far as it is known; `before` if that is from before an edit."""

    claim: Claim
    verdict: Verdict | None = None
    before: bool = False


@dataclass(frozen=True)
class Outcomes:
    """How many seeds of a run ended how; `before` if that is from before an edit."""

    label: str
    counts: dict[str, int]
    before: bool = False


class Judged:
    """The verdicts and outcomes so far, each by the evidence that it rests on."""

    def __init__(self) -> None:
        self._known: dict[Evidence, Verdict] = {}
        self._last: dict[str, Verdict] = {}
        self._ended: dict[Evidence, dict[str, int]] = {}
        self._last_ended: dict[str, dict[str, int]] = {}
        self._planned: tuple[Preset | None, dict[str, Plan]] = (None, {})

    def take(self, results: Results) -> None:
        """Takes the verdicts of results that are complete."""
        runs, seeds = plans(results.preset, 0), results.preset.seeds
        for label, plan in runs.items():
            self._ended[plan, seeds] = self._last_ended[label] = results.outcomes(label)
        for verdict in results.verdicts:
            self._known[_evidence(results.preset, runs, verdict.claim)] = verdict
            self._last[verdict.claim.text] = verdict
        kept: dict[Evidence, Any]
        for kept in (self._known, self._ended):
            while len(kept) > MOST_KEPT:
                del kept[next(iter(kept))]

    def of(self, preset: Preset) -> Iterator[Standing]:
        """How the claims of a preset stand: those whose runs did not change keep their verdict."""
        runs = self._plans(preset)
        for claim in preset.claims:
            known = self._known.get(_evidence(preset, runs, claim))
            if known:
                # A run may have another label by now.
                yield Standing(claim, replace(known, claim=claim))
            else:
                yield Standing(claim, before := self._last.get(claim.text), before is not None)

    def outcomes(self, preset: Preset) -> Iterator[Outcomes]:
        """How the runs of a preset ended, as far as that is known."""
        for label, plan in self._plans(preset).items():
            if counts := self._ended.get((plan, preset.seeds)):
                yield Outcomes(label, counts)
            elif counts := self._last_ended.get(label):
                yield Outcomes(label, counts, before=True)

    def _plans(self, preset: Preset) -> dict[str, Plan]:
        # Asked for in each frame.
        if preset is not self._planned[0]:
            self._planned = preset, plans(preset, 0)
        return self._planned[1]


def _evidence(preset: Preset, runs: dict[str, Plan], claim: Claim) -> Evidence:
    # A run that is gone is no more than its label: what is claimed of it is void.
    ends = [runs.get(e, e) if isinstance(e, str) else e for e in (claim.left, claim.right)]
    return claim.metric, claim.at, claim.is_, *ends, preset.seeds


def unchanged(before: Preset, known: Mapping[Job, History], preset: Preset) -> dict[Job, History]:
    """Those Histories of the runs of a preset that are of runs of another one too."""
    labels = {plan: label for label, plan in plans(before, 0).items()}
    same = {label: labels[plan] for label, plan in plans(preset, 0).items() if plan in labels}
    return {
        (label, seed): history
        for label, was in same.items()
        for seed in preset.seeds
        if (history := known.get((was, seed)))
    }
