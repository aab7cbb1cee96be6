"""Results in words: what the command line and the app both print."""

from collections.abc import Sequence
from math import isfinite, isnan
from typing import TypedDict, Unpack

from optplay.counting import counted
from optplay.experiments.claims import FEWEST_SEEDS, VOID, Claim, Side, Verdict
from optplay.experiments.edits import edit_text
from optplay.experiments.keys import PROBLEM, entries, keys, told
from optplay.experiments.preset import Preset
from optplay.experiments.scales import powered
from optplay.optim.declaration import Value
from optplay.training import RunConfig

# Of a number for people, and at most to tell two apart.
DIGITS, MOST_DIGITS = 3, 9
# What is smaller or as large is told with powers of ten.
LEAST_PLAIN, MOST_PLAIN = 1e-4, 1e6
FAR_APART = 1000
# A verdict's sign and the name of its colour.
SIGNS = {
    "holds": ("✓", "green"), "fails": ("✗", "red"), "undecided": ("?", "yellow"),
    VOID: ("–", "default"),
}  # fmt: skip


class Form(TypedDict, total=False):
    """How a number is told: as percent; with which word for infinity; with how many digits."""

    percent: bool
    infinite: str
    digits: int


def number(value: float, **form: Unpack[Form]) -> str:
    """A number for people: three digits, but all of those before the point."""
    return numbers(value, **form)[0]


def numbers(*values: float, **form: Unpack[Form]) -> list[str]:
    """Numbers that stand together, as a median and its quartiles: all with powers of ten, or none.

    Zero has none; and where they are far apart, each is told by itself.
    """
    percent, digits = form.get("percent", False), form.get("digits", DIGITS)
    scaled = [100 * value if percent else value for value in values]
    sizes = [abs(value) for value in scaled if isfinite(value) and value]
    together = bool(sizes) and max(sizes) / min(sizes) < FAR_APART
    powers = together and not all(map(_plain, sizes))
    told = []
    for value in scaled:
        if isfinite(value):
            told.append(_finite(value, powers, digits) + " %" * percent)
        else:
            told.append("—" if isnan(value) else form.get("infinite", "diverged"))
    return told


def _plain(size: float) -> bool:
    return LEAST_PLAIN <= size < MOST_PLAIN


def _finite(value: float, powers: bool, digits: int) -> str:
    if value and (powers or not _plain(abs(value))):
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{float(mantissa):.{digits}g}e{int(exponent)}"
    short = f"{value:.{digits}g}"
    whole = value == int(value) or abs(float(short)) >= 10**digits
    return f"{value:.0f}" if whole else short


def plain(value: Value) -> str:
    """A hyperparameter as a preset spells it."""
    if isinstance(value, tuple):
        return ", ".join(map(plain, value)).join("[]")
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else powered(f"{value:g}")


def precise(value: float | None) -> str:
    """A number to compute with: six digits; a dash for none."""
    return "—" if value is None else powered(f"{value:.6g}")


def spread(side: Side, *, between: str = " ", **form: Unpack[Form]) -> str:
    """A median, then `between`, then its quartiles; the median alone where all are alike."""
    median, low, high = numbers(side.median, side.low, side.high, **form)
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
        found = f"held on {verdict.held} of {counted(verdict.of, 'seed')}{ties}{undefined}"
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
    return f"{counted(seeds, 'seed')}: fewer than {FEWEST_SEEDS} seeds decide nothing"


def cautions(preset: Preset) -> list[str]:
    """What its runs ask for that comes to nothing: see `unwarmed`."""
    found = []
    for run in preset.runs:
        config = run.config
        steps = config.steps - run.forked_at * config.problem.steps_per_epoch
        if steps and (told := unwarmed(config, steps)):
            found.append(f"{run.label}: {told}")
    return found


def unwarmed(config: RunConfig, steps: int) -> str:
    """That a run's warmup comes to none of its steps, or to no end; empty where all is well."""
    if config.warm(steps) > steps:
        warm = counted(config.warm(steps), "step")
        return f"a warmup over {warm} comes to no end in {steps:,}"
    if not config.warmup or config.warm(steps):
        return ""
    return f"a warmup over {plain(config.warmup)} of {counted(steps, 'step')} rounds to none"


def settings(config: RunConfig) -> str:
    """The keys of a run that are on or not at their defaults, and its learning rate."""
    unusual, switched = told(config), {key.name: key for key in keys(config) if key.switched}
    parts = []
    for name, value in entries(config).items():
        key = switched.get(name)
        if name != "optimizer" and (key.is_on(value) if key else name in unusual):
            parts.append(f"{name.removeprefix(PROBLEM)}={edit_text(value)}")
    return ", ".join(parts)
