"""A hostile preset in the app: its screen, its pictures, what it copies and what is pasted."""

import runpy
from pathlib import Path
from xml.etree import ElementTree

from rich.cells import cell_len
from textual import events

from optplay.tui.widgets.knob_row import KnobInput

HOSTILE = runpy.run_path(str(Path(__file__).parents[1] / "gate" / "hostile.py"))
ATTACKS, commands, preset = (HOSTILE[name] for name in ("ATTACKS", "commands", "preset"))
PARTS = ["".join(ATTACKS[:4]), "".join(ATTACKS[4:14]), "".join(ATTACKS[14:])]


def assert_harmless(p):
    """Nothing on the screen or in a picture of it commands a terminal; all lines are as wide."""
    assert commands(p.text) == []
    assert {cell_len(line) for line in p.lines} == {p.app.size.width}
    picture = p.app.export_screenshot()
    assert commands(picture) == []
    ElementTree.fromstring(picture)


async def test_no_text_of_a_preset_commands_the_terminal(playground, tmp_path):
    path = tmp_path / "evil.toml"
    for attack in PARTS:
        said = [attack, attack, f"# {attack}\n\n{attack}", attack[:8], attack, attack]
        path.write_bytes(preset(*said).encode())
        async with playground(str(path)) as p:
            assert "\\u" in p.text or attack is PARTS[2]
            assert_harmless(p)
            await p.press("l")
            assert_harmless(p)
            await p.press("y")
            assert commands(p.app.clipboard) == []


async def test_a_tab_in_a_label_shifts_nothing(playground, tmp_path):
    path = tmp_path / "labels.toml"
    path.write_bytes(preset("", "", "", "\t1\u200b2\n学", "", "").encode())
    async with playground(str(path)) as p:
        assert p.app.session.run.label == "A 12 学"
        one, other = p.inside(p.app.workspace.runs)[:2]
        assert cell_len(one.text.partition("0.549")[0]) == cell_len(
            other.text.partition("0.549")[0]
        )


async def test_what_is_pasted_and_the_name_of_a_file(playground, tmp_path):
    attack = "".join(PARTS).replace("\n", "").replace("\r", "")
    async with playground() as p:
        await p.focus("lr")
        await p.press("enter")
        field = p.app.query_one(KnobInput)
        field.post_message(events.Paste(attack))
        await p.pilot.pause()
        assert_harmless(p)
        await p.press("escape")
        p.app.notify(f"Saved: {attack}", markup=False)
        await p.pilot.pause()
        assert commands(p.told[-1]) == []
        assert_harmless(p)


async def test_a_file_with_a_hostile_name_is_not_copied(playground, small, tmp_path):
    path = tmp_path / "a\x1b[31m.toml"
    path.write_text(Path(small).read_text(encoding="utf-8"), encoding="utf-8")
    async with playground(str(path)) as p:
        await p.press("y")
        assert p.app.clipboard == ""
        assert "Save it first" in p.told[-1]
