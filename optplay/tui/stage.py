"""What the screen shows, as data: rows, curves and readings at the playhead. No Textual here."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np

from optplay.experiments import OUTCOMES, QUANTITIES, Results, band, number
from optplay.experiments.descent import distances
from optplay.experiments.quantities import Curve
from optplay.training import RECORDED, History
from optplay.tui.judged import Judged
from optplay.tui.player import Player
from optplay.tui.session import Session

# No ellipsis: that would say that something is cut.
NOT_YET = "·"
NOTHING = "—"
SHORT = 6


@dataclass(frozen=True)
class RunRow:
    """A run as its row shows it, in words; the score is its accuracy, on a surface its distance.

    How it ended is told once the playhead came there: its `outcome` and, where the playhead went
    back from the end, its score there as `end`.
    """

    label: str
    color_index: int
    loss: str
    score: str
    outcome: str
    hidden: bool = False
    end: str = ""


@dataclass(frozen=True)
class Reading:
    """What a chart shows of one run at the playhead, in words."""

    label: str
    color_index: int
    value: str


class Stage:
    """The session, its Histories so far, the seeds measured so far, and the player over them.

    Attributes:
        histories: of the shown seed, by label; a run not begun has none.
        results: over the seeds that are complete; None before the first.
        judged: the verdicts of complete results, also those from before an edit.
        outdated: the labels whose Histories are those from before an edit.
        all_seeds: whether medians over all seeds are shown instead of one seed.
        hidden: the labels of runs that are not drawn over the epochs.
    """

    def __init__(self, session: Session, player: Player) -> None:
        self.session = session
        self.player = player
        self.histories: dict[str, History] = {}
        self.results: Results | None = None
        self.judged = Judged()
        self.all_seeds = False
        self.outdated: set[str] = set()
        self.hidden: set[str] = set()
        self._bands: dict[tuple[str, str], Curve] = {}
        self._bands_of: Results | None = None
        self._outcomes: dict[str, tuple[object, str]] = {}

    @property
    def labels(self) -> list[str]:
        return [run.label for run in self.session.preset.runs]

    @property
    def quantities(self) -> list[str]:
        """What can be charted: held-out samples only where there are some."""
        tested = any(run.config.problem.test_count for run in self.session.preset.runs)
        kinds = [q for q in RECORDED if q in QUANTITIES and (tested or not q.startswith("test"))]
        return [q for q in kinds if q != "accuracy" or not self.session.preset.on_surface]

    @property
    def charts(self) -> list[str]:
        available = self.quantities
        return [q for q in self.session.preset.charts if q in available] or ["loss"]

    @property
    def limits(self) -> tuple[float, float]:
        return 1.0, float(max(self.player.epochs, 2))

    def found(self, label: str) -> Sequence[History]:
        """The Histories shown of a run: one, or one per complete seed."""
        if self.all_seeds:
            return self.results.runs.get(label, ()) if self.results else ()
        history = self.histories.get(label)
        return () if history is None else (history,)

    def key(self) -> object:
        """Equal as long as the curves are."""
        shown = self.results if self.all_seeds else tuple(self.histories.items())
        hidden = frozenset(self.hidden)
        return (
            self.all_seeds, shown, self.session.run.label, tuple(self.labels), self.limits, hidden
        )  # fmt: skip

    def curve(self, label: str, quantity: str) -> Curve | None:
        """The curve of a run, if there is something of it."""
        found = self.found(label)
        if not found:
            return None
        if not self.all_seeds:
            return Curve(found[0][quantity])
        if self._bands_of is not self.results:
            self._bands, self._bands_of = {}, self.results
        if (label, quantity) not in self._bands:
            self._bands[label, quantity] = band(list(found), quantity)
        return self._bands[label, quantity]

    def value(self, label: str, quantity: str, epoch: int | None = None) -> float | None:
        """The value of a run at an epoch, by default the playhead's; None if not there yet."""
        curve = self.curve(label, quantity)
        epoch = self.player.epoch if epoch is None else epoch
        if curve is None or epoch > len(curve.values):
            return None
        return float(curve.values[epoch - 1]) if epoch else float("nan")

    def text(self, label: str, quantity: str, epoch: int | None = None) -> str:
        """The same in words."""
        value = self.value(label, quantity, epoch)
        if value is None:
            return NOTHING if self.outcome(label) else NOT_YET
        return number(value, percent=QUANTITIES[quantity].percent) if isfinite(value) else NOTHING

    def outcome(self, label: str) -> str:
        """How a run ended, once it has; of all seeds the worst, with its count."""
        found = self.found(label)
        if not found or not all(h.done for h in found):
            return ""
        # Asked for in each frame.
        of: object = self.results if self.all_seeds else found[0]
        known = self._outcomes.get(label)
        if known is None or known[0] is not of:
            came = [h.outcome for h in found]
            worst = max(came, key=OUTCOMES.index)
            said = worst if came.count(worst) == len(came) else f"{came.count(worst)} {worst}"
            known = self._outcomes[label] = of, said
        return known[1]

    def rows(self) -> list[RunRow]:
        return [self._row(label, place) for place, label in enumerate(self.labels)]

    def _row(self, label: str, place: int) -> RunRow:
        outcome, end = self.outcome(label), ""
        if outcome and self.player.horizon < max(h.epochs for h in self.found(label)):
            outcome = ""
        if outcome and not self.player.at_end:
            end = self._numbers(label, self.player.epochs)[1]
        numbers = self._numbers(label, self.player.epoch)
        return RunRow(label, place, *numbers, outcome, label in self.hidden, end)

    def _numbers(self, label: str, epoch: int) -> tuple[str, str]:
        loss = self.text(label, "loss", epoch)
        if not self.session.preset.on_surface:
            return loss, self.text(label, "accuracy", epoch)
        value, far = self.value(label, "loss", epoch), self._distance(label, epoch)
        short = _short(value) if value is not None and isfinite(value) else loss
        nothing = NOTHING if self.outcome(label) or self.found(label) else NOT_YET
        return short, _short(far) if isfinite(far) else nothing

    def _distance(self, label: str, epoch: int) -> float:
        """The median distance from the nearest lowest point."""
        found = self.found(label)
        here = [distances(history, epoch) for history in found]
        return float(np.median([float(d[0]) if d.size else inf for d in here] or [nan]))

    def readings(self, quantity: str) -> list[Reading]:
        return [
            Reading(label, place, self.text(label, quantity))
            for place, label in enumerate(self.labels)
            if label not in self.hidden
        ]

    def hide(self, label: str) -> None:
        """Leaves a run out of what is drawn over the epochs, or takes it in again."""
        self.hidden = (self.hidden ^ {label}) & set(self.labels)

    def edge(self) -> int:
        """The last epoch that all runs have come to."""
        if self.all_seeds:
            return self.player.epochs if self.results else 0
        epochs = self.player.epochs
        histories = [self.histories.get(label) for label in self.labels]
        if self.outdated:
            return 0
        return min((epochs if h.done else h.epochs) if h else 0 for h in histories)


def _short(value: float) -> str:
    """A number in six cells; a surface's may be as small as 1e-300."""
    text = number(value)
    return text if len(text) <= SHORT else f"{value:.0e}"
