"""What a sitting leaves unsaved, for the next one."""

import os

import msgspec
import pytest

from optplay.errors import InputError
from optplay.experiments.reading import load, parse
from optplay.tui import unsaved
from optplay.tui.session import Session

PRESET = 'title = "Small"\nepochs = 3\n[[runs]]\nlabel = "SGD"\noptimizer = "sgd"\n'


@pytest.fixture(autouse=True)
def state(monkeypatch, tmp_path):
    """A folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def session(tmp_path):
    """A session on a file, with an edit."""
    path = tmp_path / "small.toml"
    path.write_text(PRESET)
    found = Session(load(str(path)), str(path))
    found.turn("lr", 0.5)
    return found


def test_an_edit_is_offered_once_and_kept_until_it_is_reopened(session):
    assert unsaved.offer() is None
    assert unsaved.keep(session.unsaved) is None
    assert unsaved.offer() == "Left unsaved: Small. p lists it first"
    assert unsaved.offer() is None
    [one] = unsaved.kept()
    assert (one.preset, one.opened) == (session.preset, session.opened)
    assert one.origin() == session.original
    again = Session(parse(PRESET, "other"), "other")
    again.open(one.origin(), one.opened, one.preset)
    assert again.edited
    # What is unsaved still takes the place of what was reopened.
    unsaved.keep(again.unsaved, [one.path])
    [after] = unsaved.kept()
    assert after.path != one.path
    assert after.preset == one.preset
    unsaved.keep([], [after.path])
    assert unsaved.kept() == []


def test_nothing_is_kept_of_what_has_no_edit(session):
    session.undo()
    unsaved.keep(session.unsaved)
    assert not unsaved.folder().exists()


def test_two_apps_that_end_at_once(session, monkeypatch):
    monkeypatch.setattr(unsaved, "time_ns", lambda: 1_700_000_000_000_000_000)
    for process in (1, 2):
        monkeypatch.setattr(os, "getpid", lambda process=process: process)
        unsaved.keep(session.unsaved)
    assert len(unsaved.kept()) == 2
    assert unsaved.offer() == "Left unsaved: Small and 1 more. p lists it first"


def test_only_so_much_is_kept(session, monkeypatch):
    monkeypatch.setattr(unsaved, "MOST", 3)
    for lr in (0.1, 0.2, 0.3, 0.4, 0.6):
        session.turn("lr", lr)
        unsaved.keep(session.unsaved)
    assert [one.preset.runs[0].config.lr for one in unsaved.kept()] == [0.6, 0.4, 0.3]
    assert len(list(unsaved.folder().iterdir())) == 3


BROKEN = {
    "empty": b"",
    "not UTF-8": b"\xff\xfe",
    "not JSON": b"{",
    "another JSON": b'{"a": 1}',
    "deep": b"[" * 100_000,
    "broken preset": b'{"opened": "x", "at": 1, "name": "x", "preset": "title = 3"}',
    "no time": b'{"opened": "x", "at": 1e300, "name": "x", "preset": "title = 3"}',
    "large": b" " * 3_000_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_can_not_be_read_hides_nothing(session, content):
    unsaved.keep(session.unsaved)
    (unsaved.folder() / f"9{unsaved.NEW}").write_bytes(content)
    assert len(unsaved.kept()) == 1
    assert "Small" in unsaved.offer()


def test_a_pipe_a_folder_and_a_lost_link_there(session):
    unsaved.keep(session.unsaved)
    folder = unsaved.folder()
    os.mkfifo(folder / f"8{unsaved.NEW}")
    (folder / f"9{unsaved.NEW}").mkdir()
    (folder / f"7{unsaved.NEW}").symlink_to(folder / "nowhere")
    assert len(unsaved.kept()) == 1


def test_a_file_in_the_way_of_the_folder_is_told(session, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "optplay").touch()
    told = unsaved.keep(session.unsaved)
    assert told.startswith("unsaved edits could not be kept: ")
    assert unsaved.offer() is None


def test_a_preset_whose_file_is_gone_stays_unsaved(session, tmp_path):
    unsaved.keep(session.unsaved)
    (tmp_path / "small.toml").unlink()
    [one] = unsaved.kept()
    with pytest.raises(InputError):
        load(one.opened)
    again = Session(parse(PRESET, "other"), "other")
    again.open(one.origin(), one.opened, one.preset)
    assert again.preset == one.preset
    assert again.unsaved


def test_a_preset_found_by_its_name_is_found_so_again(monkeypatch, tmp_path):
    session = Session(load("compare"), "compare")
    session.turn("lr", 0.5)
    unsaved.keep(session.unsaved)
    [one] = unsaved.kept()
    assert (one.opened, one.origin()) == ("compare", load("compare"))
    assert msgspec.structs.replace(one.preset, runs=one.origin().runs) == one.origin()
