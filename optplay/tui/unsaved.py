"""What was left unsaved at the end of a sitting, kept in files until it is opened again.

Each is a file of its own, so that two apps that end at once do not lose each other's.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import localtime, strftime, time_ns

import msgspec
from platformdirs import user_state_path

from optplay.errors import InputError, reason
from optplay.experiments import Preset, load
from optplay.experiments.folders import findable
from optplay.experiments.reading import LARGEST_FILE, parse
from optplay.experiments.saving import to_toml
from optplay.files import read_bytes, write_text
from optplay.tui.session import State

MOST = 10
# The end of a file that no start has told of, and that of one which was told.
NEW, TOLD = ".new.json", ".json"


class Written(msgspec.Struct, frozen=True):
    """A file: the preset as edited, and what was opened and edited."""

    opened: str
    at: float
    name: str
    preset: str


@dataclass(frozen=True)
class Unsaved:
    """A preset whose edits are in no file of the user's.

    Attributes:
        path: the file that keeps it. opened: the name or the file of what was edited.
        when: in words.
    """

    path: Path
    opened: str
    when: str
    preset: Preset

    def origin(self) -> Preset:
        """What was edited; if that is gone this itself, under a title that says so."""
        try:
            return load(self.opened)
        except InputError:
            title = f"{self.preset.title[:150]} (its file is gone)"
            return msgspec.structs.replace(self.preset, title=title)


def folder() -> Path:
    return user_state_path("optplay") / "unsaved"


def keep(states: Sequence[State], reopened: Iterable[Path] = ()) -> str | None:
    """Keeps these, in place of what was reopened; gives a line to show if that isn't possible."""
    now = time_ns()
    try:
        for place, state in enumerate(states[:MOST]):
            opened, text = findable(state.source.opened), to_toml(state.preset)
            written = Written(opened, now / 1e9, state.preset.name, text)
            folder().mkdir(parents=True, exist_ok=True)
            path = folder() / f"{now - place}-{os.getpid()}{NEW}"
            write_text(path, msgspec.json.encode(written).decode())
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else error
        return str(InputError(f"unsaved edits could not be kept: {why}"))
    for path in (*reopened, *_files()[MOST:]):
        with suppress(OSError):
            path.unlink()
    return None


def kept() -> list[Unsaved]:
    """What is kept, the newest first; a file that can't be read is passed over."""
    found = []
    for path in _files()[:MOST]:
        with suppress(OSError, ValueError, OverflowError, RecursionError):
            one = msgspec.json.decode(read_bytes(path, 2 * LARGEST_FILE), type=Written)
            when = strftime("%d %b %H:%M", localtime(one.at))
            found.append(Unsaved(path, one.opened, when, parse(one.preset, one.name)))
    return found


def offer() -> str | None:
    """A line on what the last sittings left unsaved, the first time only."""
    new = [one for one in kept() if one.path.name.endswith(NEW)]
    for one in new:
        with suppress(OSError):
            one.path.rename(one.path.with_name(one.path.name.removesuffix(NEW) + TOLD))
    if not new:
        return None
    more = f" and {len(new) - 1} more" if len(new) > 1 else ""
    return f"Left unsaved: {new[0].preset.title}{more}. p lists it first"


def _files() -> list[Path]:
    with suppress(OSError):
        found = [path for path in folder().iterdir() if path.name.endswith(TOLD)]
        return sorted(found, key=lambda path: path.name, reverse=True)
    return []
