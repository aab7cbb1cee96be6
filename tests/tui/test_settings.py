"""The settings: whatever is in their file, the app starts."""

from math import inf
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.tui import settings
from optplay.tui.settings import NAMED, Settings, read, write

BROKEN = {
    "not TOML": b"theme = ",
    "wrong key": b'thema = "nord"',
    "wrong type": b"theme = 3",
    "wrong range": b"speed = -1",
    "unknown speed": b'speed = "fast"',
    "nan": b"speed = nan",
    "not UTF-8": b'theme = "\xff"',
    "nested": b"preset = " + b"[" * 30_000,
    "huge number": b"speed = " + b"9" * 10_000,
    "huge": b"#" * 1_000_000,
}
words = st.text(st.characters(exclude_categories=["Cs"]))
speeds = st.sampled_from([*NAMED])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a property."""
    return tmp_path_factory.mktemp("settings")


@given(words, speeds, st.booleans(), words)
def test_what_is_written_is_read(
    folder: Path, theme: str, speed: str, autoplay: bool, preset: str
) -> None:
    path = folder / "deeper" / "settings.toml"
    kept = Settings(theme=theme, speed=speed, autoplay=autoplay, preset=preset)
    assert write(kept, path) is None
    assert read(path) == (kept, None)
    assert [p.name for p in path.parent.iterdir()] == ["settings.toml"]


@given(st.binary())
def test_arbitrary_bytes(folder: Path, data: bytes) -> None:
    path = folder / "bytes.toml"
    path.write_bytes(data)
    found, message = read(path)
    assert path.exists() == (message is None)
    assert found == Settings() or message is None


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_put_aside_and_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(data)
    found, message = read(path)
    assert found == Settings()
    assert message is not None
    assert message.isprintable()
    assert "settings.toml.broken" in message
    assert (tmp_path / "settings.toml.broken").read_bytes() == data
    assert read(path) == (Settings(), None)


def test_the_defaults_without_a_file(tmp_path: Path) -> None:
    assert read(tmp_path / "no" / "settings.toml") == (Settings(), None)
    assert Settings() == Settings(
        theme="textual-dark", speed="whole run in 12 s", autoplay=True, preset="compare"
    )


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.mkdir()
    found, message = read(path)
    assert (found, path.exists()) == (Settings(), False)
    assert "kept as settings.toml.broken" in (message or "")


def test_what_can_not_be_put_aside_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("?")
    (tmp_path / "settings.toml.broken").mkdir()
    found, message = read(path)
    assert (found, path.exists()) == (Settings(), True)
    assert "left where it is" in (message or "")


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    # A file where the folder should be stops root too, whom no permission stops.
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "settings.toml"
    line = write(Settings(), path)
    assert line is not None
    assert "not saved" in line
    assert line.isprintable()
    assert read(path)[0] == Settings()


def test_a_text_that_no_file_can_hold(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    assert write(Settings(preset="\ud800"), path) is None
    assert read(path) == (Settings(preset="\\ud800"), None)


def test_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "user_config_path", lambda name: tmp_path / name)
    assert write(Settings(speed="as computed")) is None
    assert read() == (Settings(speed="as computed"), None)
    assert (tmp_path / "optplay" / "settings.toml").exists()


@pytest.mark.parametrize(
    ("epochs", "seconds"), [(25.0, 12), (25, 12), (1.0, 192), (50.0, 6), (1000.0, 0), (inf, 0)]
)
def test_a_speed_in_epochs_per_second_of_an_older_file(
    tmp_path: Path, epochs: float, seconds: float
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'speed = {epochs}\ntheme = "nord"')
    found, message = read(path)
    assert (found.seconds, found.theme, message) == (seconds, "nord", None)


@pytest.mark.parametrize("speed", [0.0, -inf, float("nan"), True, "fast", "whole run in 13 s"])
def test_speeds_that_are_none(speed: object) -> None:
    with pytest.raises(InputError, match="speed"):
        Settings(speed=speed)  # type: ignore[arg-type]
