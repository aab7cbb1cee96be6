"""What the app remembers from one start to the next."""

import math
from pathlib import Path
from typing import Annotated

import msgspec
import tomli_w
from msgspec import Meta
from platformdirs import user_config_path

from optplay.errors import InputError
from optplay.files import read_bytes, write_text
from optplay.records import Record
from optplay.toml import loads

LARGEST = 64_000


class Settings(Record, frozen=True, kw_only=True):
    """The look, how fast runs are played, and what is opened at the start.

    Attributes:
        theme: a name of Textual's. speed: epochs per second, inf for as computed.
        preset: a preset's name or file.
    """

    theme: str = "textual-dark"
    speed: Annotated[float, Meta(gt=0, le=1e6)] = 25.0
    preset: str = "compare"

    def __post_init__(self) -> None:
        # Only here is infinity a value: elsewhere in optplay no number may be.
        endless = self.speed == math.inf
        if endless:
            msgspec.structs.force_setattr(self, "speed", 1.0)
        super().__post_init__()
        if endless:
            msgspec.structs.force_setattr(self, "speed", math.inf)


def settings_path() -> Path:
    return user_config_path("optplay") / "settings.toml"


def read(path: Path | None = None) -> tuple[Settings, str | None]:
    """The settings, and a line to show if the file there was broken and is put aside."""
    path = path or settings_path()
    try:
        return Settings.of(loads(read_bytes(path, LARGEST).decode())), None
    except FileNotFoundError:
        return Settings(), None
    except (OSError, ValueError, RecursionError) as error:
        return Settings(), _put_aside(path, error)


def _put_aside(path: Path, error: Exception) -> str:
    broken = path.with_name(path.name + ".broken")
    try:
        path.replace(broken)
        done = f"kept as {broken.name}"
    except OSError:
        done = "left where it is"
    return str(InputError(f"{path}: {_reason(error)}; {done}, the defaults are used"))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, RecursionError):
        return "nested too deep"
    return str(error)


def write(settings: Settings, path: Path | None = None) -> str | None:
    """Keeps the settings; gives a line to show if that isn't possible."""
    path = path or settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, tomli_w.dumps(msgspec.structs.asdict(settings)))
    except (OSError, ValueError) as error:
        return str(InputError(f"settings not saved: {path}: {_reason(error)}"))
    return None
