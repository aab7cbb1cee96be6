"""What a preset proposes to try next: done, as a command, and in words."""

import shlex

import msgspec

from optplay.errors import InputError, within
from optplay.experiments.preset import Preset, Try
from optplay.experiments.reading import changed
from optplay.experiments.saving import to_toml

HEADING = "**What to try next**"


def tried(preset: Preset, number: int) -> Preset:
    """The preset with what its try of this number, from 0 on, changes.

    Raises:
        InputError: what it changes is not there, or would not be valid.
    """
    one = preset.tries[number]
    with within(f"try[{number + 1}]"):
        return changed(to_toml(preset), preset.name, edits=one.set, epochs=one.epochs)


def possible(preset: Preset) -> Preset:
    """The preset with only those of its tries that can be done with it."""

    def is_possible(number: int) -> bool:
        try:
            return bool(preset.tries[number].preset or tried(preset, number))
        except InputError:
            return False

    tries = [one for number, one in enumerate(preset.tries) if is_possible(number)]
    return msgspec.structs.replace(preset, tries=tuple(tries))


def options(one: Try) -> str:
    """What `optplay run PRESET` is to be given for it, as a shell reads it."""
    words = ["--epochs", str(one.epochs)] if one.epochs else []
    for edit in one.set:
        words += ["--set", edit]
    return shlex.join(words)


def as_command(one: Try, opened: str) -> str:
    """The command that does it with the preset of this name or in this file."""
    if one.preset:
        return shlex.join(["optplay", "run", one.preset])
    return f"{shlex.join(['optplay', 'run', opened])} {options(one)}"


def lesson(preset: Preset, way: str = "") -> str:
    """The lesson in Markdown, with what to try; `way` says how."""
    if not preset.tries:
        return preset.lesson
    rows = (f"{number}. {one.text}" for number, one in enumerate(preset.tries, 1))
    return "\n".join([preset.lesson.rstrip(), "", HEADING + way, "", *rows]) + "\n"
