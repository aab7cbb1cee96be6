"""Files: what is no file is refused at once, and what is written is complete or not there."""

import os
import stat

import pytest

from optplay.errors import InputError
from optplay.experiments import load
from optplay.files import read_bytes, write_bytes, write_text, writing
from optplay.tui import settings


@pytest.fixture
def others(tmp_path):
    """What may stand where a file should, by what it is called."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("pipe")
    found = {"a pipe": ["pipe", "link"], "a directory": ["folder"], "a device": ["/dev/zero"]}
    return [(tmp_path / name, kind) for kind, names in found.items() for name in names]


def test_what_is_no_file_is_refused_at_once(others):
    for path, kind in others:
        for use in (lambda path: read_bytes(path, 10), lambda path: write_text(path, "text")):
            with pytest.raises(OSError, match=f"found {kind}.*{path.name}"):
                use(path)


def test_what_is_no_file_is_no_preset_and_no_settings(others):
    for path, kind in others:
        with pytest.raises(
            InputError, match=rf"{path.name}: found {kind}, allowed: a preset's name"
        ):
            load(str(path))
    for path in [path for path, _ in others if path.name in ("pipe", "folder")]:
        found, told = settings.read(path)
        assert found == settings.Settings()
        assert path.name in told


def test_a_large_file(tmp_path):
    path = tmp_path / "large"
    path.touch()
    os.truncate(path, 10**12)
    with pytest.raises(OSError, match=r"more than 1,000 bytes.*large"):
        read_bytes(path, 1000)
    os.truncate(path, 1000)
    assert read_bytes(path, 1000) == bytes(1000)


def test_a_full_disk_is_told_with_the_files_name(tmp_path, full_disk):
    with full_disk, pytest.raises(OSError, match="No space left") as told:
        write_text(tmp_path / "here.txt", "text")
    assert told.value.filename == str(tmp_path / "here.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["no/here.txt", "file/here.txt", "x" * 300])
def test_where_no_file_can_be(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"here\.txt|xxx") as told:
        write_text(tmp_path / place, "text")
    assert told.value.filename == str(tmp_path / place)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_fails_midway_leaves_what_was_there(tmp_path):
    path = tmp_path / "here.txt"
    path.write_text("old")

    def fail():
        with writing(path) as file:
            file.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_one(tmp_path):
    (tmp_path / "there").mkdir()
    path, there = tmp_path / "link", tmp_path / "there" / "file"
    path.symlink_to(there)
    for text in ("one", "two"):
        write_text(path, text)
        assert (path.is_symlink(), there.read_text()) == (True, text)


def test_it_is_an_ordinary_file(tmp_path):
    write_bytes(tmp_path / "ours", b"")
    (tmp_path / "any").touch()
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "any").stat().st_mode
    )
