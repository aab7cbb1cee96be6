"""Where presets are, and in which groups."""

from contextlib import suppress
from pathlib import Path
from typing import Literal, get_args

PACKAGE = Path(__file__).parents[1]
Group = Literal["start here", "exercises", "problems", "facts", "mine"]
GROUPS: tuple[Group, ...] = get_args(Group)
MINE: Literal["mine"] = "mine"


def preset_files() -> dict[str, Path]:
    """The presets that come with optplay, by name: from the wheel, or from a checkout."""
    for folder in (PACKAGE / "presets", PACKAGE.parent / "presets"):
        if folder.is_dir():
            paths = sorted(folder.glob("*.toml"), key=lambda path: path.stem)
            return {path.stem: path for path in paths}
    return {}


def own_folder() -> Path:
    """Where the presets of one's own are."""
    # It takes longer than to look at what comes with optplay.
    from platformdirs import user_data_path  # noqa: PLC0415

    return user_data_path("optplay") / "presets"


def own_files() -> dict[str, Path]:
    """The files of the presets of one's own, by name; anything may stand in them."""
    with suppress(OSError):
        return {path.stem: path for path in sorted(own_folder().glob("*.toml"))}
    return {}


def known_files() -> dict[str, Path]:
    """All presets that have a name; one's own can't take the place of those of optplay."""
    return own_files() | preset_files()


def path_of(preset: str) -> Path:
    """Where the preset of this name or in this file is."""
    return preset_files().get(preset) or own_files().get(preset) or Path(preset)


def findable(preset: str) -> str:
    """What the preset of this name or in this file is called from any folder."""
    return preset if preset in known_files() else str(Path(preset).resolve())
