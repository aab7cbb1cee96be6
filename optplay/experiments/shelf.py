"""The presets there are, in groups: those that come with optplay, and one's own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from msgspec.structs import fields

from optplay.errors import InputError
from optplay.experiments.preset import MINE, Preset
from optplay.experiments.reading import load, own_files, preset_files

GROUPS: tuple[str, ...] = next(get_args(f.type) for f in fields(Preset) if f.name == "group")


@dataclass(frozen=True)
class Listed:
    """A preset in the list of all; `wrong` is one line on why it can't be opened, else empty."""

    name: str
    group: str
    title: str
    question: str
    wrong: str = ""


def listed() -> list[Listed]:
    """All presets, group by group; of one's own also those that are broken."""
    shipped = preset_files()
    found = []
    for name in shipped:
        preset = load(name)
        found.append(Listed(name, preset.group, preset.title, preset.question))
    found += [_own(name, path, shipped) for name, path in own_files().items()]
    return sorted(found, key=lambda one: (GROUPS.index(one.group), _natural(one.name)))


def _own(name: str, path: Path, shipped: Iterable[str]) -> Listed:
    try:
        if name in shipped:
            raise InputError(f"{path}: {name} is a preset of optplay's: give it another name")
        preset = load(str(path))
    except InputError as error:
        return Listed(name, MINE, name, "", str(error))
    return Listed(name, MINE, preset.title, preset.question)


def _natural(name: str) -> list[tuple[int, str]]:
    """What sorts by the value of the numbers in it: 2 before 10."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
