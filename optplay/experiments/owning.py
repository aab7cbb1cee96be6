"""A preset as edited becomes one of its user's own."""

import msgspec

from optplay.experiments.folders import MINE
from optplay.experiments.preset import Preset
from optplay.experiments.tries import possible

OF_ANOTHER = "The figures below are those of"


def as_own(preset: Preset, original: Preset, name: str, title: str, question: str) -> Preset:
    """The preset under a name of its own, whose lesson claims no figures that others have.

    Args:
        preset: as edited. original: as it was before.

    Raises:
        InputError: title or question are not valid.
    """
    lesson = preset.lesson
    if (preset.runs, preset.seeds) != (original.runs, original.seeds):
        lesson = attributed(lesson, original.title)
    own = msgspec.structs.replace(
        preset, name=name, title=title, question=question, lesson=lesson, group=MINE
    )
    return possible(own)


def attributed(lesson: str, title: str) -> str:
    """A lesson in Markdown whose tables of numbers say of which preset they are."""
    lines: list[str] = []
    rows = lesson.splitlines(keepends=True)
    for place, row in enumerate(rows):
        begins = row.startswith("|") and not (place and rows[place - 1].startswith("|"))
        if begins and _has_numbers(rows[place:]) and not any(OF_ANOTHER in x for x in lines[-3:]):
            lines.append(f"*{OF_ANOTHER} “{title}”, from which this preset was made.*\n\n")
        lines.append(row)
    return "".join(lines)


def _has_numbers(rows: list[str]) -> bool:
    """Whether there are numbers below the head of a table."""
    for row in rows[1:]:
        if not row.startswith("|"):
            return False
        if any(map(str.isdigit, row)):
            return True
    return False
