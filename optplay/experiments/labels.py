"""The labels of runs: free ones, and those that name the rule."""

import re
from collections.abc import Collection, Sequence

import msgspec

from optplay.errors import InputError
from optplay.experiments.preset import Run
from optplay.optim import OPTIMIZERS

# What is kept of a label when something is put behind it.
STEM = 45


def free(label: str, taken: Collection[str]) -> str:
    """The label, with a number behind it if it is taken."""
    found, n = label, 1
    while found in taken:
        n += 1
        found = f"{label[:STEM]} {n}"
    return found


def follow_rules(before: Sequence[object], runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs, of which those named after a rule that they had have the name of their new one.

    Args:
        before: the optimizer that each of the runs had.
    """
    labels, new = [run.label for run in runs], dict[str, str]()
    for place, (was, run) in enumerate(zip(before, runs, strict=True)):
        if was != run.config.optimizer and (named := _renamed(run, was)):
            labels[place] = ""
            labels[place] = new[run.label] = free(named, labels)
    if not new:
        return tuple(runs)

    def named_anew(run: Run, label: str) -> Run:
        fork = run.fork and msgspec.structs.replace(
            run.fork, run=new.get(run.fork.run, run.fork.run)
        )
        return msgspec.structs.replace(run, label=label, fork=fork)

    return tuple(map(named_anew, runs, labels))


def _renamed(run: Run, was: object) -> str | None:
    """Its label with the new rule where that has the old one as a word; else None."""
    try:
        old, new = re.escape(OPTIMIZERS.find(was).title), run.config.rule.title
    except InputError:
        return None
    if re.fullmatch(rf"{old}( \d+)?", run.label, re.IGNORECASE):
        return new
    found, count = re.subn(
        rf"(?<!\w){old}(?!\w)", lambda _: new, run.label, count=1, flags=re.IGNORECASE
    )
    return found[: STEM + len(new)].rstrip() if count else None
