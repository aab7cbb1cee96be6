"""The presets there are, in groups: those that come with optplay, and one's own."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from optplay.errors import InputError
from optplay.experiments.folders import GROUPS, MINE, Group, own_files, preset_files
from optplay.toml import parse_toml


class Listed(NamedTuple):
    """A preset in the list of all; `wrong` is one line on why it can't be opened, else empty."""

    name: str
    group: Group
    title: str
    question: str
    wrong: str = ""


def listed() -> list[Listed]:
    """All presets, group by group; of one's own also those that are broken."""
    shipped = preset_files()
    found = [_shipped(name, path) for name, path in shipped.items()]
    found += [_own(name, path, shipped) for name, path in own_files().items()]
    return sorted(found, key=lambda one: (GROUPS.index(one.group), _natural(one.name)))


def _shipped(name: str, path: Path) -> Listed:
    # Tests load them: here it would take ten times as long as what is told of them.
    top = parse_toml(path.read_text(encoding="utf-8").partition("\n[")[0])
    return Listed(name, top.get("group", MINE), top["title"], top.get("question", ""))


def _own(name: str, path: Path, shipped: Iterable[str]) -> Listed:
    from optplay.experiments.reading import load  # noqa: PLC0415 - most people have none

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
