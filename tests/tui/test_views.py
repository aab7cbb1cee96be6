"""The ways to a view: numbers, palette, clicks; what keys mean in it and in a knob; headless."""

from textual.widgets import Input

from optplay.cli import invoke
from optplay.tui.views import views
from optplay.tui.widgets.knob_row import KnobInput
from optplay.tui.widgets.view import FIRST

NUMBERS = {name: str(number) for number, name in enumerate(views(), 1)}
SHOWN = "rates", "inspect"


async def test_number_keys_and_back(playground):
    async with playground(size=(80, 24)) as p:
        for name in SHOWN:
            await p.press(NUMBERS[name])
            assert p.app.workspace.view_name == name
            assert p.app.focused is p.app.workspace.view
            assert f" {NUMBERS[name]} {views()[name].instrument.title} " in p.lines[2]
            await p.press("escape")
            assert p.app.workspace.view_name == FIRST
            assert p.app.focused is None or p.app.focused.display
        # The keys of a view that is gone do nothing.
        assert p.app.workspace.views["inspect"].display is False
        await p.press("i", "n")
        assert len(p.app.screen_stack) == 1
        await p.press("comma")
        assert p.app.player.epoch == 19
        await p.press(NUMBERS["rates"], "1")
        assert p.app.workspace.view_name == FIRST


async def test_palette_and_the_line_of_views(playground):
    async with playground(size=(80, 24)) as p:
        for name in SHOWN[:1]:
            await p.press("ctrl+p", *views()[name].instrument.title, "enter")
            assert p.app.workspace.view_name == name
        for size in ((80, 24), (60, 20)):
            await p.pilot.resize_terminal(*size)
            await p.settle()
            line = p.app.workspace.view_line
            for name in (*SHOWN, FIRST):
                [text] = (strip.text for strip in p.inside(line))
                await p.click(line, text.index(NUMBERS.get(name, "1")))
                assert p.app.workspace.view_name == name, size


async def test_digits_go_to_views_and_are_a_value_only_where_one_is_typed(playground):
    async with playground(size=(80, 24)) as p:
        for key in ("lr", "epochs", "problem.batch_size", "problem.init", "optimizer"):
            for name in ("inspect", "rates"):
                await p.focus(key)
                await p.press(NUMBERS[name])
                assert p.app.workspace.view_name == name
                assert not p.app.query(KnobInput)
        await p.press(NUMBERS["inspect"])
        await p.focus("lr")
        await p.pilot.press("enter", NUMBERS["rates"])
        assert p.app.workspace.view_name == "inspect"
        assert p.app.query_one(KnobInput).value == NUMBERS["rates"]
        await p.press("enter")
        assert p.value("lr") == float(NUMBERS["rates"])
        p.app.set_focus(p.app.workspace.view)
        await p.pilot.press("i", NUMBERS["rates"])
        assert p.app.screen.query_one(Input).value == NUMBERS["rates"]
        await p.press("enter")
        assert p.app.workspace.view.result.step == int(NUMBERS["rates"])


def test_headless(small, tmp_path, capsys):
    for name, told in (("rates", "Multipliers"), ("inspect", "update")):
        path = tmp_path / f"{name}.svg"
        size = ("--size", "80x24")
        press = ("--press", NUMBERS[name], "--screenshot", str(path))
        assert invoke((small, "--headless", *size, *press)) == 0
        assert told in path.read_text("utf-8")
