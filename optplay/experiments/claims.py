"""Claims, and what they come to when measured over many seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isnan, nan
from typing import Annotated, Literal, Self

from msgspec import Meta

from optplay.errors import InputError, show, unknown
from optplay.experiments.metrics import METRICS, Metric
from optplay.experiments.quantiles import QUARTILES, quantiles
from optplay.records import Prose, Record
from optplay.training import History

SIGNIFICANCE = 0.05
# The fewest that a sign test at this level can decide on, when all of them agree.
FEWEST_SEEDS = 6
VOID = "void"


class Claim(Record, frozen=True, kw_only=True):
    """A comparison of one metric between two runs, or between a run and a number."""

    text: Annotated[Prose, Meta(min_length=1, max_length=500)]
    metric: str
    left: str
    is_: Literal["below", "above"]
    right: str | float
    at: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.metric not in METRICS:
            raise InputError(unknown("metric", self.metric, METRICS))
        needs = METRICS[self.metric].needs
        if needs and self.at is None:
            raise InputError(f"at is missing: {self.metric} needs {needs}")
        if self.at is not None and not needs:
            raise InputError(f"at: found {self.at:g}, but {self.metric} takes none")
        if needs == "a step" and self.at is not None and (self.at < 1 or self.at % 1):
            raise InputError(f"at: found {self.at:g}, allowed: the number of a step, from 1 on")
        if needs == "a fraction" and self.at is not None and not 0 < self.at <= 1:
            raise InputError(f"at: found {self.at:g}, allowed: a fraction in (0, 1]")
        if self.left == self.right:
            raise InputError(f"right: found {show(self.right)}, allowed: another run than left")

    @classmethod
    def of(cls, table: object) -> Self:
        """The claim of a TOML table, where `is_` is spelt `is`."""
        if isinstance(table, Mapping):
            if "is" not in table:
                raise InputError("is is missing: below or above")
            table = {("is_" if key == "is" else key): value for key, value in table.items()}
        return super().of(table)

    @property
    def kind(self) -> Metric:
        return METRICS[self.metric]


@dataclass(frozen=True)
class Side:
    """A metric over the seeds: its median and, as spread, its quartiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """What a claim came to.

    Attributes:
        verdict: `holds`, `fails` or `undecided`; `void` if a run that it is about is gone.
        held: on how many seeds the claim held. ties: on how many both sides were equal.
        undefined: on how many a side had no value. of: seeds.
        p: of a two-sided sign test over the seeds that are neither ties nor undefined; NaN where
            chance plays no part, so that one run decides.
        gone: the labels of the runs that it is about and that are not there any more.
    """

    claim: Claim
    verdict: str
    held: int
    ties: int
    undefined: int
    of: int
    p: float
    left: Side
    right: Side
    gone: tuple[str, ...] = ()

    @property
    def by_chance(self) -> bool:
        return not isnan(self.p)


def side(values: Sequence[float]) -> Side:
    """Median and quartiles of those that are defined; NaN if none is."""
    low, median, high = quantiles(values, QUARTILES).tolist()
    return Side(median, low, high)


def sign_test(held: int, failed: int) -> float:
    """The two-sided p of so many signs, were both equally likely (Dixon & Mood 1946)."""
    n, ways, tail = held + failed, 1, 0
    for k in range(min(held, failed) + 1):
        tail += ways
        ways = ways * (n - k) // (k + 1)
    return float(min(Fraction(1), Fraction(2 * tail, 2**n)))


def judge(claim: Claim, runs: Mapping[str, Sequence[History]]) -> Verdict:
    """Measures a claim on the Histories of its runs, seed by seed.

    If no run depends on its seed, ten of them are one, and no evidence from ten: one decides.
    A claim about a run that isn't there is void.
    """
    at = claim.at or 0.0
    ends = (claim.left, claim.right)
    if gone := tuple(end for end in ends if isinstance(end, str) and end not in runs):
        nothing = Side(nan, nan, nan)
        return Verdict(claim, VOID, 0, 0, 0, 0, nan, nothing, nothing, gone)
    sides = [runs[end] for end in (claim.left, claim.right) if isinstance(end, str)]
    by_chance = any(h.config.problem.by_chance for histories in sides for h in histories)
    if not by_chance:
        sides = [histories[:1] for histories in sides]
    left = [claim.kind.measure(h, at) for h in sides[0]]
    if isinstance(claim.right, str):
        right = [claim.kind.measure(h, at) for h in sides[1]]
    else:
        right = [claim.right] * len(left)
    pairs = list(zip(left, right, strict=True))
    below = sum(a < b for a, b in pairs)
    above = sum(a > b for a, b in pairs)
    held, failed = (below, above) if claim.is_ == "below" else (above, below)
    p = sign_test(held, failed) if by_chance else nan
    open_ = p > SIGNIFICANCE if by_chance else held == failed
    verdict = "undecided" if open_ else "holds" if held > failed else "fails"
    ties = sum(a == b for a, b in pairs)
    undefined = len(pairs) - held - failed - ties
    return Verdict(claim, verdict, held, ties, undefined, len(pairs), p, side(left), side(right))
