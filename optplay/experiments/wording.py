"""Results in words: what the command line and the app both print."""

from collections.abc import Sequence
from math import inf, isfinite

from optplay.experiments.claims import FEWEST_SEEDS, VOID, Claim, Side, Verdict
from optplay.experiments.edits import edit_text
from optplay.experiments.keys import PROBLEM, entries, keys, told
from optplay.training import RunConfig

# Of a number for people, and at most to tell two apart.
DIGITS, MOST_DIGITS = 3, 9
# A verdict's sign and the name of its colour.
SIGNS = {
    "holds": ("✓", "green"), "fails": ("✗", "red"), "undecided": ("?", "yellow"),
    VOID: ("–", "default"),
}  # fmt: skip


def number(
    value: float, *, percent: bool = False, infinite: str = "diverged", digits: int = DIGITS
) -> str:
    """A number for people: mostly three digits; `infinite` is the word for infinity."""
    if value in (inf, -inf):
        return infinite
    if not isfinite(value):
        return "—"
    if percent:
        return f"{100 * value:.{digits}g} %"
    whole = value == int(value) and abs(value) < 1e6
    return f"{value:.0f}" if whole else f"{value:.{digits}g}"


def plain(value: float | bool) -> str:
    """A hyperparameter as a preset spells it."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"


def precise(value: float | None) -> str:
    """A number to compute with: six digits; a dash for none."""
    return "—" if value is None else f"{value:.6g}"


def spread(
    side: Side,
    *,
    percent: bool = False,
    infinite: str = "diverged",
    between: str = " ",
    digits: int = DIGITS,
) -> str:
    """A median, then `between`, then its quartiles; the median alone where all are alike."""
    median, low, high = (
        number(value, percent=percent, infinite=infinite, digits=digits)
        for value in (side.median, side.low, side.high)
    )
    if low == high == median:
        return median
    return f"{median}{between}({low.removesuffix(' %')}–{high.removesuffix(' %')})"


def claimed(claim: Claim) -> str:
    """What a claim says, and who says so."""
    return claim.text + (f" [{claim.source}]" if claim.source else "")


def figures(verdict: Verdict) -> str:
    """What was measured of a claim, in one line."""
    claim = verdict.claim
    if verdict.gone:
        there = "is" if len(verdict.gone) == 1 else "are"
        return f"{' and '.join(verdict.gone)} {there} no longer there"
    digits = _telling_apart(verdict.left.median, verdict.right.median)
    left, right = (
        spread(side, percent=claim.kind.percent, infinite=claim.kind.infinite, digits=digits)
        for side in (verdict.left, verdict.right)
    )
    if isinstance(claim.right, str):
        right = f"{claim.right} {right}"
    at = f" at {claim.at:g}" if claim.at is not None else ""
    if not verdict.by_chance:
        what = "undefined; " if verdict.undefined else "no difference; " if verdict.ties else ""
        found = f"{what}chance plays no part: one run decides"
    elif verdict.ties == verdict.of:
        found = "no difference on any seed"
    else:
        ties = f", equal on {verdict.ties}" if verdict.ties else ""
        undefined = f", undefined on {verdict.undefined}" if verdict.undefined else ""
        found = f"held on {verdict.held} of {verdict.of} seeds{ties}{undefined}"
        found += f", p\u00a0=\u00a0{verdict.p:.2g}"
    return f"{claim.metric}{at}: {claim.left} {left} against {right}; {found}"


def _telling_apart(left: float, right: float) -> int:
    """How many digits it takes to see which of two numbers is the larger one."""
    if left == right or not (isfinite(left) and isfinite(right)):
        return DIGITS
    enough = (d for d in range(DIGITS, MOST_DIGITS) if f"{left:.{d}g}" != f"{right:.{d}g}")
    return next(enough, MOST_DIGITS)


def caution(seeds: int, verdicts: Sequence[Verdict] = ()) -> str:
    """What to know of verdicts over so few seeds; empty if there are enough, or one decides."""
    if seeds >= FEWEST_SEEDS or (verdicts and not any(v.by_chance for v in verdicts)):
        return ""
    return f"{seeds} seed{'s' * (seeds > 1)}: fewer than {FEWEST_SEEDS} seeds decide nothing"


def settings(config: RunConfig) -> str:
    """The keys of a run that are on or not at their defaults, and its learning rate."""
    unusual, switched = told(config), {key.name: key for key in keys(config) if key.switched}
    parts = []
    for name, value in entries(config).items():
        key = switched.get(name)
        if name != "optimizer" and (key.is_on(value) if key else name in unusual):
            parts.append(f"{name.removeprefix(PROBLEM)}={edit_text(value)}")
    return ", ".join(parts)
