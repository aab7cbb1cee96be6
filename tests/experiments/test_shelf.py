"""The list of all presets, one's own among them."""

import os

import pytest

from optplay.errors import InputError
from optplay.experiments.folders import GROUPS, findable, own_folder, preset_files
from optplay.experiments.reading import load
from optplay.experiments.shelf import listed

PRESET = 'title = "Mine"\nquestion = "Why?"\ngroup = "facts"\n[[runs]]\nlabel = "a"\n'


@pytest.fixture
def own(monkeypatch, tmp_path):
    """The folder of one's own presets, with one."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    own_folder().mkdir(parents=True)
    (own_folder() / "my-own.toml").write_text(PRESET)
    return own_folder()


def test_groups_and_order(own):
    names = [one.name for one in listed()]
    assert set(names) == {*preset_files(), "my-own"}
    groups = [one.group for one in listed()]
    assert groups == sorted(groups, key=GROUPS.index)
    assert set(groups) == set(GROUPS)
    assert names[0] == "compare"
    assert (
        names[3:9] == [name for name in preset_files() if name[:8] in ("exercise", "problem-")][:6]
    )
    (own / "my-10.toml").write_text(PRESET)
    (own / "my-9.toml").write_text(PRESET)
    assert [one.name for one in listed()][-3:] == ["my-9", "my-10", "my-own"]


def test_those_that_come_with_it_are_listed_as_they_load(own):
    for one in listed()[:-1]:
        preset = load(one.name)
        told = (preset.name, preset.group, preset.title, preset.question, "")
        assert one == told


def test_ones_own_are_found_by_name_and_are_mine_wherever_they_say(own, cli):
    assert load("my-own").title == "Mine"
    assert findable("my-own") == "my-own"
    assert listed()[-1].group == "mine"
    assert cli("show", "my-own", "--toml") == (0, PRESET, "")
    with pytest.raises(InputError, match="did you mean 'my-own'"):
        load("my-onw")
    code, _, err = cli("my-onw")
    assert code == 2
    assert "did you mean 'my-own'" in err


def test_what_is_broken_is_listed_with_its_error(own, cli):
    (own / "broken.toml").write_text("title = 3")
    (own / "compare.toml").write_text(PRESET)
    (own / "bytes.toml").write_bytes(b"\xff")
    (own / "folder.toml").mkdir()
    os.mkfifo(own / "pipe.toml")
    wrong = {one.name: one.wrong for one in listed() if one.wrong}
    assert set(wrong) == {"broken", "compare", "bytes", "folder", "pipe"}
    assert "title" in wrong["broken"] or "runs" in wrong["broken"]
    assert "compare is a preset of optplay's" in wrong["compare"]
    assert all(len(text.splitlines()) == 1 for text in wrong.values())
    assert load("compare").title != "Mine"
    code, out, _ = cli("presets")
    assert code == 0
    assert "Mine" in out
    assert out.count("broken:") == 5


def test_no_folder_at_all(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nowhere"))
    assert len(listed()) == len(preset_files())
