"""What the app remembers from one start to the next."""

from pathlib import Path

import msgspec
import tomli_w
from platformdirs import user_config_path

from optplay.errors import InputError, show
from optplay.files import read_bytes, write_text
from optplay.records import Record
from optplay.toml import loads
from optplay.tui.player import SPEEDS, USUAL, speed_name

LARGEST = 64_000
# By the name, as it stands in the file: the seconds that a whole run takes.
NAMED = {speed_name(seconds): seconds for seconds in SPEEDS}
# What it was in epochs per second, before a speed was called by how long a run takes.
USUAL_EPOCHS = 25.0


class Settings(Record, frozen=True, kw_only=True):
    """The look, how fast runs are played, and what is opened at the start.

    Attributes:
        theme: a name of Textual's. speed: as "whole run in 12 s", or "as computed".
        autoplay: whether a preset that is opened plays once by itself.
        preset: a preset's name or file.
    """

    theme: str = "textual-dark"
    speed: str = speed_name(USUAL)
    autoplay: bool = True
    preset: str = "compare"

    def __post_init__(self) -> None:
        given: object = self.speed
        if isinstance(given, int | float) and not isinstance(given, bool) and given > 0:
            msgspec.structs.force_setattr(self, "speed", _of_epochs(given))
        super().__post_init__()
        if self.speed not in NAMED:
            allowed = ", ".join(f'"{name}"' for name in NAMED)
            raise InputError(f"speed: found {show(self.speed)}, allowed: {allowed}")

    @property
    def seconds(self) -> float:
        """How long a whole run takes to play; 0 for as computed."""
        return NAMED[self.speed]


def _of_epochs(speed: float) -> str:
    """The speed that stood in the file as epochs per second."""
    wanted = USUAL * USUAL_EPOCHS / speed
    return speed_name(min(SPEEDS, key=lambda seconds: abs(seconds - wanted)))


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
